"""Every address of the shared origin (webapp/privacy/shared_origin.py): links to shared bytes, and nothing else."""

from django.urls import path

from webapp.pages import shared_files

urlpatterns = [path("shared/<str:token>", shared_files.serve)]
