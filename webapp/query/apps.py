from django.apps import AppConfig


class QueryConfig(AppConfig):
    name = "webapp.query"
    label = "query"
