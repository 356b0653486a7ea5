"""Random queries as people could write them, over the fields and values of world.py."""

from hypothesis import strategies as st

from tests.query.world import KEYS, NUMBERS, TEXTS


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


numbers = st.sampled_from([str(one) for one in NUMBERS if one < 1e300] + ["0.1", "3", "4"])
texts = st.one_of(st.sampled_from(TEXTS).map(quote), st.sampled_from(["red", "zoo", "é"]))
dates = st.sampled_from(["2021-05-04", "2021-01-01", "2022-01-01"])
values = st.one_of(numbers, texts, st.sampled_from(["true", "false"]), dates)
steps = st.lists(st.sampled_from(KEYS).map(quote), min_size=1, max_size=2).map(".".join)
json_fields = st.builds("{}.{}".format, st.sampled_from(["metadata", "scene.metadata"]), steps)
roots = st.sampled_from(["annotations", "predictions"])
classes = st.sampled_from(["car", "truck", '"traffic light"', '"metadata color"', "sunny", "box.car", "polygon.truck"])
label_json = st.one_of(
    st.builds("{}.metadata.{}".format, roots, steps), st.builds("{}.{}.{}".format, roots, classes, steps)
)
label_numbers = st.builds(
    "{}.{}".format,
    st.one_of(roots, st.just("annotations.car"), st.just("predictions.cuboid.truck")),
    st.sampled_from([f"{group}.{axis}" for group in ("position", "dimensions") for axis in "xyz"] + ["area"]),
)
taxonomies = st.sampled_from(["category", "multicategory", "weather"])
counts = st.builds(
    "{}.{}".format,
    roots,
    st.one_of(classes, st.sampled_from(["count", "box.count", "segmentation.count", "category.count"])),
)
row_numbers = st.one_of(counts, st.sampled_from(["width", "height", "frame", "scene.tracks.count"]))
number_fields = st.one_of(row_numbers, label_numbers, st.just("predictions.confidence"))
comparisons = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
arithmetic = st.one_of(
    st.builds("{} {} {}".format, row_numbers, st.sampled_from("+-%"), st.one_of(row_numbers, numbers)),
    st.builds("({} {} {}) {} {}".format, json_fields, st.sampled_from("+-%"), numbers, st.sampled_from("+-%"), numbers),
    st.builds("{} {} {}".format, label_numbers, st.sampled_from("+-"), numbers),
)
task_fields = st.sampled_from(["project_name", "project", "task_status", "audit_status", "task_audit_status"])
task_times = st.sampled_from(["completed_at", "created_at"])
of_tasks = st.sampled_from(["red", "Signs", "pending", "completed", "accepted", "rejected"])
text_fields = st.sampled_from(
    ["reference_id", "scene.reference_id", "annotations.track", "annotations.label", "predictions.taxonomy"]
)


def comparing(fields: st.SearchStrategy[str], operands: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(operands, min_size=1, max_size=3).map(", ".join)
    return st.one_of(
        st.builds("{} {} {}".format, fields, comparisons, operands),
        st.builds("{} {}IN ({})".format, fields, st.sampled_from(["", "NOT "]), lists),
        st.builds("{} BETWEEN {} AND {}".format, fields, operands, operands),
    )


def wording(fields: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {}".format, fields, st.sampled_from(["EXISTS", "IS MISSING"])),
        st.builds("{} {} {}".format, fields, st.sampled_from(["CONTAINS", "NOT CONTAINS", "STARTS WITH"]), texts),
    )


one_row = st.one_of(
    comparing(json_fields, values),
    comparing(row_numbers, numbers),
    comparing(arithmetic, numbers),
    wording(json_fields),
    st.builds("{} CONTAINS {}".format, json_fields, values),
    st.just("height > width"),
)
of_labels = st.one_of(
    comparing(label_json, values),
    comparing(number_fields, numbers),
    comparing(text_fields, texts),
    wording(st.one_of(label_json, text_fields)),
    st.builds(
        "{}.{} {} {}".format, roots, st.sampled_from(["category", "multicategory", "weather"]), comparisons, texts
    ),
    st.builds(
        "{}.{} {}".format, roots, st.sampled_from(["car", "category"]), st.sampled_from(["EXISTS", "IS MISSING"])
    ),
    st.builds("annotations.dimensions.x {} annotations.dimensions.y".format, comparisons),
)
inside = st.one_of(
    st.sampled_from(["label = car", "type = box", "labels CONTAINS car", 'label IN (car, "traffic light")']),
    st.sampled_from(["area > 10", "position.x + dimensions.x > 10", "track EXISTS", "dimensions.x > area"]),
    comparing(steps.map("metadata.{}".format), values),
)
inside_task = st.one_of(
    st.builds("{} {} {}".format, task_fields, comparisons, of_tasks),
    st.builds("{} {} {}".format, task_times, comparisons, dates),
    st.builds("{} {}".format, st.sampled_from(["audit_status", "task_id"]), st.sampled_from(["EXISTS", "IS MISSING"])),
)
labelling = st.one_of(
    comparing(task_fields.map("scale_metadata.{}".format), st.one_of(of_tasks, texts)),
    comparing(task_times.map("scale_metadata.{}".format), st.one_of(dates, texts)),
    wording(st.one_of(task_fields, task_times).map("scale_metadata.{}".format)),
    st.builds("scale_metadata.project_name {} {}".format, comparisons, json_fields),
    st.builds(
        "scale_metadata[{} {} {}]{}".format,
        inside_task,
        st.sampled_from(["AND", "OR", "AND NOT"]),
        inside_task,
        st.sampled_from(["", " >= 2", " = 1"]),
    ),
)
brackets = st.builds(
    "{}[{} {} {}]{}".format,
    roots,
    inside,
    st.sampled_from(["AND", "OR", "AND NOT"]),
    inside,
    st.sampled_from(["", " >= 2", " = 1"]),
)
leaves = st.one_of(one_row, of_labels, brackets, labelling)
conditions = st.recursive(
    leaves,
    lambda part: st.one_of(
        st.builds("({} {} {})".format, part, st.sampled_from(["AND", "OR"]), part), st.builds("NOT ({})".format, part)
    ),
    max_leaves=5,
)
