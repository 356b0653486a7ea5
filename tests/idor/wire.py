"""What is expected of every route of the door for programs (webapp/wire/routes.py): one line each, in its order."""

from typing import Any

from tests.idor.house import ITS_LABELER
from tests.idor.lines import ANYBODY, CURATE, FORM, LABEL, LINES, MEMBER, SEE, Line, wire

D, M, R, S = "dataset/{dataset_id}", "model/{model_id}", "modelRun/{run_id}", "slice/{slice_id}"
P = "labelling/{project_id}"
BOX = {"label": "car", "type": "box", "geometry": {"x": 1, "y": 2, "width": 3, "height": 4}, "metadata": {}}
OURS = {**BOX, "reference_id": "{reference_id}", "annotation_id": "mine"}
SAID: dict[str, Any] = {"annotations": [{**OURS, "confidence": 0.5}], "update": False}
ROW = {"reference_id": "new", "image_url": "https://media.{word}.example/new.jpg", "metadata": {}}
FRAME = {"reference_id": "new-0", "url": "https://media.{word}.example/new.jpg", "type": "image", "metadata": {}}
FILM: dict[str, Any] = {"reference_id": "new", "frame_rate": 5, "metadata": {}, "frames": [FRAME]}
UPLOADED = {"metadata": {}, "reference_id": "new", "image_url": "/a.gif", "update": False}
MASK = {"type": "mask", "mask_url": "/a.png", "reference_id": "{open_reference_id}", "annotation_id": None}
MASK |= {"annotations": [{"label": "sea", "index": 1}]}
# What a form carries besides its file: the name of that part, the part of the file, and the rows.
ITEM_FORM: dict[str, Any] = {"items": [UPLOADED], "image": "gif"}
MASK_FORM: dict[str, Any] = {"serialized_request": {"segmentations": [MASK], "update": False}, "mask": "png"}
PAGE = {"pageToken": None, "pageSize": 10}
OF_SCENES = {"dataset_id": "scene_dataset_id", "reference_id": "scene_reference_id"}
OPEN = {"dataset_id": "open_dataset_id"}
NEW = {"name": "New", "reference_id": "new", "metadata": {}}
TAGS = {"tags": ["west"]}
TAUGHT = {"trained_slice_ids": ["{slice_id}"]}

WIRE: list[Line] = [
    wire("POST", "dataset/create", CURATE, {"name": "New", "is_scene": False, "use_privacy_mode": True}),
    wire("GET", "dataset/details", MEMBER),
    wire("GET", "dataset", MEMBER),
    wire("DELETE", D, CURATE),
    wire("GET", f"{D}/name", SEE),
    wire("GET", f"{D}/is_scene", SEE),
    wire("GET", f"{D}/use_privacy_mode", SEE),
    wire("GET", f"{D}/info", SEE),
    wire("GET", f"{D}/size", SEE),
    wire("GET", f"{D}/model_runs", SEE),
    wire("GET", f"{D}/tags", SEE),
    wire("POST", f"{D}/tags", CURATE, TAGS),
    wire("DELETE", f"{D}/tags", CURATE, TAGS),
    wire("GET", f"{D}/signedUrl/{{request_id}}", CURATE),
    wire("PUT", "upload/{token}", ANYBODY, [ROW], takes=LINES, names={"token": "upload_token"}),
    wire("POST", f"{D}/append", CURATE, {"items": [ROW], "update": False}),
    wire("POST", f"{D}/append", CURATE, ITEM_FORM, takes=FORM, names=OPEN),
    wire("GET", f"{D}/datasetItems", SEE),
    wire("POST", f"{D}/itemsPage", SEE, PAGE),
    wire("POST", f"{D}/queryItemsPage", SEE, {**PAGE, "query": "metadata.index > 0"}),
    wire("GET", f"{D}/refloc/{{reference_id:rest}}", SEE),
    wire("DELETE", f"{D}/refloc/{{reference_id:rest}}", CURATE),
    wire("GET", f"{D}/iloc/{{position}}", SEE),
    wire("GET", f"{D}/loc/{{item_id}}", SEE),
    wire(
        "POST",
        f"{D}/metadata",
        CURATE,
        {"metadata": [{"reference_id": "{reference_id}", "metadata": {"new": 1}}], "level": "item"},
    ),
    wire("GET", f"{D}/scenes_list", SEE, names=OF_SCENES),
    wire("POST", f"{D}/queryScenesPage", SEE, {**PAGE, "query": 'scene.metadata.weather = "fog"'}, names=OF_SCENES),
    wire("GET", f"{D}/scene/{{reference_id:rest}}", SEE, names=OF_SCENES),
    wire("DELETE", f"{D}/scene/{{reference_id:rest}}", CURATE, names=OF_SCENES),
    wire("POST", f"{D}/annotate", CURATE, {"annotations": [OURS], "update": False}),
    wire("POST", f"{D}/annotate", CURATE, MASK_FORM, takes=FORM, names=OPEN),
    wire("DELETE", "annotation/{dataset_id}", CURATE, {"reference_ids": ["{reference_id}"], "keep_history": False}),
    wire("GET", f"{D}/groundTruth/loc/{{names:rest}}", SEE, names={"names": "annotation_name"}),
    wire(
        "POST",
        f"{D}/queryObjectsPage",
        SEE,
        {**PAGE, "query": "metadata.index > 0", "patch_mode": "iou", "model_run_id": "{run_id}"},
    ),
    wire("GET", f"{D}/class_labels", SEE),
    wire("GET", f"{D}/labelSchema", SEE),
    wire("POST", f"{D}/add_taxonomy", CURATE, {"taxonomy_name": "new", "type": "category", "labels": ["a"]}),
    wire("DELETE", f"{D}/taxonomy/{{name:rest}}", CURATE, names={"name": "taxonomy"}),
    wire("GET", f"{D}/tracks", SEE, names=OF_SCENES),
    wire("POST", f"{D}/tracks", CURATE, {"reference_id": "{track}", "metadata": {"a": 1}}, names=OF_SCENES),
    wire("DELETE", f"{D}/tracks", CURATE, {"track_reference_ids": ["{track}"]}, names=OF_SCENES),
    wire("GET", f"{D}/exportForTraining", SEE),
    wire("POST", f"{D}/exportForTrainingPage", SEE, PAGE),
    wire("POST", f"{D}/exportForTrainingByScene", SEE, {**PAGE, "sliceId": "{scene_slice_id}"}, names=OF_SCENES),
    wire("POST", "models/add", CURATE, {**NEW, **TAUGHT}),
    wire("GET", "models", MEMBER),
    wire("GET", M, SEE),
    wire("DELETE", M, CURATE),
    wire("POST", f"{M}/tag", CURATE, TAGS),
    wire("DELETE", f"{M}/tag", CURATE, {"tags": ["old"]}),
    wire("POST", f"{M}/trainedSliceId", CURATE, TAUGHT),
    wire("DELETE", f"{M}/trainedSliceId", CURATE, TAUGHT, skips=True),
    wire("GET", f"{M}/modelRun", SEE),
    wire("POST", f"{M}/modelRun/create", CURATE, NEW),
    wire("POST", f"{D}/modelRun/create", CURATE, {**NEW, "reference_id": "{model_reference_id}"}),
    wire("POST", "modelRun/merge", CURATE, {"model_run_ids": ["{run_id}", "{other_run_id}"], "name": "Both"}),
    wire("GET", f"{R}/info", SEE),
    wire("POST", f"{R}/commit", CURATE, {}),
    wire("DELETE", R, CURATE),
    wire("POST", f"{D}/{M}/uploadPredictions", CURATE, SAID),
    wire("POST", f"{D}/{M}/uploadPredictions", CURATE, MASK_FORM, takes=FORM, names=OPEN),
    wire("POST", f"{D}/{R}/uploadPredictions", CURATE, SAID),
    wire("POST", f"{D}/{R}/uploadPredictions", CURATE, MASK_FORM, takes=FORM, names=OPEN | {"run_id": "open_run_id"}),
    wire("POST", f"{R}/uploadPredictions", CURATE, SAID),
    wire("POST", f"{R}/predict", CURATE, SAID),
    wire("POST", f"{R}/predict", CURATE, MASK_FORM, takes=FORM, names={"run_id": "open_run_id"}),
    wire("POST", f"{M}/predictions", CURATE, SAID),
    wire("POST", f"{M}/predictions/copyFromRun", CURATE, {"model_run_id": "{run_id}"}),
    wire("GET", f"{M}/predictions/refloc/{{reference_id:rest}}", SEE),
    wire("GET", f"{M}/predictions/iloc/{{position}}", SEE),
    wire("GET", f"{M}/predictions/loc/{{item_id}}", SEE),
    wire("GET", f"{D}/{M}/export", SEE),
    wire("GET", f"{D}/{M}/iloc/{{position}}", SEE),
    wire("GET", f"{D}/{M}/referenceId/{{reference_id:rest}}", SEE),
    wire("GET", f"{D}/{M}/loc/{{names:rest}}", SEE, names={"names": "prediction_name"}),
    wire("GET", f"{R}/iloc/{{position}}", SEE),
    wire("GET", f"{R}/refloc/{{reference_id:rest}}", SEE),
    wire("GET", f"{R}/loc/{{item_id}}", SEE),
    wire("GET", f"{R}/prediction/loc/{{names:rest}}", SEE, names={"names": "prediction_name"}),
    wire("GET", f"{R}/ungrouped", SEE),
    wire("POST", f"{D}/create_slice", CURATE, {"name": "New", "reference_ids": ["{reference_id}"]}),
    wire("POST", f"{D}/build_slice", CURATE, {"name": "New", "sampleSize": 1, "sampleMethod": "Random"}),
    wire("GET", f"{D}/slices", SEE),
    wire("GET", "slice", MEMBER),
    wire("GET", S, SEE),
    wire("DELETE", S, CURATE),
    wire("GET", f"{S}/info", SEE),
    wire("POST", f"{S}/append", CURATE, {"reference_ids": ["{other_reference_id}"]}),
    wire("POST", f"{S}/tag", CURATE, {"slice_tags": ["west"]}),
    wire("POST", f"{S}/itemsPage", SEE, PAGE),
    wire("GET", f"{S}/exportRawItems", SEE),
    wire("GET", f"{S}/exportForTraining", SEE),
    wire("POST", f"{S}/exportForTrainingPage", SEE, PAGE),
    wire("GET", f"{S}/class_labels", SEE),
    wire("GET", f"{S}/export_raw_json", SEE),
    wire("GET", f"{S}/{{model_id}}/exportForTraining", SEE),
    wire("POST", f"{S}/{{model_id}}/exportForTrainingPage", SEE, PAGE),
    wire("POST", f"{S}/{{project}}/send_to_labeling", CURATE, {}, names={"project": "project_id"}),
    wire(
        "POST",
        f"{D}/promotions",
        CURATE,
        {"reference_ids": ["{other_reference_id}"], "reason": "Boats", "project": "{project_id}"},
    ),
    wire("POST", f"{D}/promotions", CURATE, {"slice_id": "{slice_id}", "reason": "Boats"}),
    wire("GET", "promotions/{promotion_id}", SEE),
    # Only who asked may, and these keys are an admin's.
    wire("POST", "promotions/{promotion_id}/withdraw", CURATE, {}, status=403),
    wire("POST", "jobs", SEE, {"dataset_id": "{dataset_id}", "show_completed": True}),
    wire("GET", "job/{job_id}", SEE),
    wire("GET", "job/{job_id}/info", SEE),
    wire("GET", "job/{job_id}/errors", SEE),
    wire("POST", f"{P}/items", CURATE, {"slice_id": "{slice_id}"}),
    wire("GET", f"{P}/manifest", LABEL),
    wire("GET", f"{P}/coco", LABEL),
    wire("GET", f"{P}/label-studio", LABEL),
    wire("GET", f"{P}/interface", LABEL),
    wire(
        "POST",
        f"{P}/results",
        LABEL,
        [{"data": {"task_id": "{task_id}"}, "annotations": []}],
        only=(ITS_LABELER, "editor", "approver", "admin"),
    ),
    wire("POST", "{dataset_id}/upload_video_scenes", CURATE, {"scenes": [FILM], "update": False}, names=OF_SCENES),
    wire("POST", "{dataset_id}/upload_scenes", CURATE, {"scenes": [FILM], "update": False}, names=OF_SCENES),
]
