"""The addresses of the pages. Ids in them are opaque; what one may not see is 404."""

from django.urls import path

from webapp.pages import (
    dataset_settings,
    datasets,
    feeds,
    grid,
    items,
    jobs,
    officer,
    scene_frames,
    scenes,
    sign_in,
    slices,
    team,
)

app_name = "pages"
urlpatterns = [
    path("", datasets.datasets, name="datasets"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("datasets/<str:dataset_id>/", grid.grid, name="dataset"),
    path("datasets/<str:dataset_id>/items/<str:item_id>", items.item, name="item"),
    path("datasets/<str:dataset_id>/scenes/<str:scene_id>", scenes.scene, name="scene"),
    path("datasets/<str:dataset_id>/scenes/<str:scene_id>/frames", scene_frames.scene_frames, name="scene-frames"),
    path(
        "datasets/<str:dataset_id>/scenes/<str:scene_id>/frames/<int:index>",
        scene_frames.scene_frame,
        name="scene-frame",
    ),
    path("datasets/<str:dataset_id>/slices/", slices.dataset_slices, name="dataset-slices"),
    path("datasets/<str:dataset_id>/slices/new", feeds.new_slice, name="new-slice"),
    path("datasets/<str:dataset_id>/slices/members", feeds.slice_members, name="slice-members"),
    path("datasets/<str:dataset_id>/measurements", feeds.measurements, name="measurements"),
    path("datasets/<str:dataset_id>/jobs/", jobs.dataset_jobs, name="dataset-jobs"),
    path("datasets/<str:dataset_id>/settings/", dataset_settings.dataset_settings, name="dataset-settings"),
    path("slices/", slices.slices, name="slices"),
    path("slices/<str:slice_id>", slices.slice_, name="slice"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<str:job_id>", jobs.job, name="job"),
    path("jobs/<str:job_id>/progress", jobs.job_progress, name="job-progress"),
    path("team/", team.team, name="team"),
    path("team/switch", team.switch_team, name="switch-team"),
    path("privacy/", officer.privacy, name="privacy"),
]
