"""What is expected of every page and feed (webapp/pages/urls.py): one line each, in the order of the addresses.

`get` is what looking takes (SEE unless said); each form is a line of its own. See lines.py for what follows from it.
"""

from tests.idor.house import ITS_LABELER
from tests.idor.lines import (
    ADMINISTER,
    ANYBODY,
    CURATE,
    DECIDE,
    LABEL,
    MEMBER,
    SEE,
    URLENCODED,
    Ask,
    feed,
    form,
    page,
    post_only,
    send,
    shared,
)

DATASET = "datasets/<str:dataset_id>/"
ITEM = f"{DATASET}items/<str:item_id>"
SCENE = f"{DATASET}scenes/<str:scene_id>"
SLICE = "slices/<str:slice_id>"
PROJECT = "labelling/<str:project_id>/"
OF_SCENES = {"dataset_id": "scene_dataset_id"}
BRINGERS = (ITS_LABELER, "editor", "approver", "admin")

# The list of what was asked for stands at two addresses.
ASKED_FOR = (
    form("withdraw", CURATE, only=("editor",), promotion="{promotion_id}"),
    form("dismiss", CURATE, status=(302, 409, 400)),
)
SHARED = [shared("shared/<str:token>", names={"token": "shared_token"})]  # webapp/shared_urls.py
PAGES = [
    page("healthz", get=ANYBODY),
    page("api/openapi.json", get=ANYBODY),
    page("sign-in/", get=ANYBODY, forms=(Ask(ANYBODY, {"email": "x"}, takes=URLENCODED, status=(302, 400)),)),
    page(
        "welcome/<str:secret>",
        get=ANYBODY,
        forms=(Ask(ANYBODY, {"password": "a door in a wall", "again": "a door in a wall"}, takes=URLENCODED),),
        names={"secret": "invitation"},
    ),
    page("sign-out/", get=ANYBODY, forms=(Ask(ANYBODY, {}, takes=URLENCODED),)),
    page(
        "",
        get=MEMBER,
        forms=(
            form("create", CURATE, to_labelers=302, name="More", kind="images", privacy="private"),
            form("create-key", CURATE, to_labelers=302, status=200),
        ),
    ),
    page(DATASET, forms=(form("create-key", CURATE, status=200), form("slice-query", CURATE, name="All"))),
    feed(f"{DATASET}rows", get=Ask(SEE, query="slice={slice_id}&run={run_id}&from={item_id}")),
    feed(f"{DATASET}outline", get=Ask(SEE, query="slice={slice_id}")),
    page(ITEM, forms=(form("delete", CURATE),)),
    feed(f"{ITEM}/labels", get=SEE),
    feed(f"{ITEM}/labels/facts", get=SEE),
    page(SCENE, names=OF_SCENES, forms=(form("delete", CURATE),)),
    feed(f"{SCENE}/frames", get=SEE, names=OF_SCENES),
    feed(f"{SCENE}/frames/<int:index>", get=SEE, names=OF_SCENES),
    feed(f"{SCENE}/labels", get=SEE, names=OF_SCENES),
    feed(f"{SCENE}/tracks", get=SEE, names=OF_SCENES),
    feed(f"{DATASET}cell-labels", post=send(SEE, {"ids": ["{item_id}"], "run": "{run_id}"}, skips=True)),
    feed(f"{DATASET}masks/<str:label_id>", get=SEE, names={"dataset_id": "open_dataset_id", "label_id": "mask_id"}),
    feed(f"{DATASET}review", post=send(CURATE, {"set": {"{annotation_id}": "accepted"}})),
    page(f"{DATASET}models/"),
    page(f"{DATASET}charts/", get=Ask(SEE, query="slice={slice_id}")),
    feed(f"{DATASET}facets", get=Ask(SEE, query="field=annotations&slice={slice_id}")),
    feed(f"{DATASET}map", get=Ask(SEE, query="field=metadata.place&slice={slice_id}", status=404)),
    feed(f"{DATASET}suggestions", get=SEE),
    feed(f"{DATASET}query-check", get=Ask(SEE, query="q=metadata.index+%3E+0")),
    page(
        f"{DATASET}queries/",
        forms=(
            form("save-query", CURATE, name="More", text="metadata.index = 0"),
            form("change-query", CURATE, id="{saved_query_id}", name="Less", text="metadata.index = 0"),
            form("delete-query", CURATE, id="{saved_query_id}"),
            form("freeze-query", CURATE, id="{saved_query_id}", name="Now"),
        ),
    ),
    page(f"{DATASET}slices/", forms=(form("sample", CURATE, name="Some", size="2", method="random"),)),
    feed(f"{DATASET}slices/new", post=send(CURATE, {"name": "Two", "ids": ["{item_id}"]}, status=201)),
    feed(f"{DATASET}slices/members", post=send(CURATE, {"slice_id": "{slice_id}", "ids": ["{other_item_id}"]})),
    feed(f"{DATASET}slices/removals", post=send(CURATE, {"slice_id": "{slice_id}", "ids": ["{item_id}"]}, skips=True)),
    feed(
        f"{DATASET}measurements",
        post=send(SEE, {"items": [{"id": "{item_id}", "width": 640, "height": 480}]}, skips=True),
    ),
    page(f"{DATASET}jobs/"),
    page(f"{DATASET}health/"),
    feed(f"{DATASET}health/sample", get=Ask(SEE, query="size=10&seed=7")),
    feed(
        f"{DATASET}health/measures",
        post=send(CURATE, {"sizes": [{"id": "{item_id}", "seen": [None, None], "found": [640, 480]}]}),
    ),
    page(f"{DATASET}history/", forms=(form("undo", CURATE, edit="{edit_id}"),)),
    page(f"{DATASET}requests/", forms=ASKED_FOR),
    feed(
        f"{DATASET}requests/new",
        post=send(CURATE, {"ids": ["{item_id}"], "reason": "Roads", "project": "Roads"}, status=201),
    ),
    feed(
        f"{DATASET}metadata",
        post=send(CURATE, {"id": "{item_id}", "field": "new", "before": None, "after": "1"}),
    ),
    feed(f"{DATASET}metadata/many", post=send(CURATE, {"ids": ["{item_id}"], "field": "new", "after": "1"})),
    feed(f"{DATASET}undo", post=send(CURATE, {"edit": "{edit_id}"})),
    page(f"{DATASET}hosts/"),
    feed(f"{DATASET}hosts/files", get=Ask(SEE, query="origin=https://media.{word}.example")),
    page(
        f"{DATASET}settings/",
        get=CURATE,
        forms=(
            form("rename", CURATE, name="Piers"),
            form("tag", CURATE, add="west"),
            form("attach", ADMINISTER, key="{unused_origin_key}"),
            form("detach", ADMINISTER, key="{origin_key}"),
            form("delete", CURATE, name="{dataset_name}"),
        ),
    ),
    page(
        f"{DATASET}moves/",
        get=CURATE,
        forms=(
            form(
                "preview-move", CURATE, status=200, before="https://media.{word}.example/", after="https://new.example/"
            ),
            form("move", CURATE, before="https://media.{word}.example/", after="https://new.example/"),
            form("take-back", CURATE, move="{move_id}"),
        ),
    ),
    page("labelling/", get=MEMBER, forms=(form("create", CURATE, name="Cars", purpose="Roads"),)),
    page(
        PROJECT,
        get=LABEL,
        forms=(
            form("audit", CURATE, task="{task_id}", verdict="accepted"),
            form("audit-all", CURATE, verdict="accepted"),
        ),
    ),
    page(
        f"{PROJECT}settings/",
        forms=(
            form("describe", CURATE, name="Cars", purpose="Roads"),
            form("classes", CURATE),
            form("add-labeler", CURATE, user="{labeler_key}"),
            form("remove-labeler", CURATE, skips=True, user="{its_labeler_key}"),
            form("archive", CURATE),
            form("reopen", CURATE),
        ),
    ),
    *(page(f"{PROJECT}{file}", get=LABEL) for file in ("manifest.json", "coco.json", "label-studio.json")),
    page(f"{PROJECT}label-studio.xml", get=LABEL),
    page(
        f"{PROJECT}results",
        get=LABEL,
        forms=(
            # The form has no file here; the feed has one of a task that nobody did.
            form("results", LABEL, only=BRINGERS, status=400),
            Ask(LABEL, [{"data": {"task_id": "{task_id}"}, "annotations": []}], only=BRINGERS, status=200),
        ),
    ),
    page(f"{PROJECT}tasks/<str:task_id>", get=LABEL, forms=(form("audit", CURATE, verdict="accepted"),)),
    page("promotions/", forms=ASKED_FOR),
    page(
        "promotions/<str:promotion_id>",
        forms=(
            form("withdraw", CURATE, only=("editor",)),
            # This one waits: what may be done with copies is refused to all, to who may not in another way.
            form("revoke", CURATE, only=("editor", "approver", "admin"), status=409),
            form("retry", CURATE, status=(302, 409)),
            form("ask-again", CURATE, status=(302, 400, 409)),
        ),
    ),
    feed("promotions/<str:promotion_id>/progress", get=SEE),
    page("slices/"),
    page(
        SLICE,
        forms=(
            form("rename", CURATE, name="Dusk"),
            form("delete", CURATE),
            form("tag", CURATE, add="west"),
            form("request-labelling", CURATE, reason="Roads", project="Roads"),
            form("label-in-place", CURATE, project="{project_id}"),
            form("sample", CURATE, name="Some", size="1", method="random"),
            form("slice-query", CURATE, name="All"),
        ),
    ),
    page(
        f"{SLICE}/compare",
        get=Ask(SEE, query="with={other_slice_id}"),
        forms=tuple(
            form(part, CURATE, query="with={other_slice_id}", name="Part")
            for part in ("only-here", "only-there", "both", "either")
        ),
    ),
    page(f"{SLICE}/export.json", get=Ask(SEE, query="addresses=1")),
    page(f"{SLICE}/export.csv"),
    page("models/"),
    page("models/<str:model_id>/"),
    page("jobs/"),
    page("jobs/<str:job_id>", forms=(form("cancel", CURATE),)),
    feed("jobs/<str:job_id>/progress", get=SEE),
    page(
        "team/",
        forms=(
            form("add-origin", ADMINISTER, origin="https://new.example"),
            form("remove-origin", ADMINISTER, key="{unused_origin_key}"),
            form("lock-origins", ADMINISTER),
            form("let-appends-ask", ADMINISTER),
            form("let-appends-not-ask", ADMINISTER),
            form("unlock-origins", ADMINISTER),
            form("add-member", ADMINISTER, status=200, email="new@person.example", role="viewer"),
            form("invite", ADMINISTER, status=200, key="{invited_key}"),
            form("change-role", ADMINISTER, key="{member_key}", role="editor"),
            form("remove-member", ADMINISTER, key="{member_key}"),
            form("create-key", SEE, name="Key", role="viewer", status=200),
            form("revoke-key", ADMINISTER, is_hidden=True, key="{admins_key_key}"),
        ),
    ),
    page(
        "team/origins/<int:origin_key>/",
        get=ADMINISTER,
        forms=(form("describe-origin", ADMINISTER, access="s3", bucket="s3://frames"),),
    ),
    page("privacy/", forms=(form("verify", DECIDE),)),
    page("privacy/connections/", get=Ask(SEE, query="promotion={promotion_id}")),
    page("privacy/report.json", get=Ask(DECIDE, has_no_head=True)),
    post_only("team/switch", Ask(MEMBER, {"team": "{team_key}"}, takes=URLENCODED)),
]
