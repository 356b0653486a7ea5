"""The document says what is served, and nothing else."""

import json
import re
from typing import Any

from django.test import Client

from webapp.wire.routes import ROUTES


def document() -> Any:
    response = Client().get("/api/openapi.json")
    assert response.headers["Content-Type"] == "application/json"
    return json.loads(response.content)


def test_every_route_is_in_the_document_once(db: None) -> None:
    said = {(method.upper(), path) for path, methods in document()["paths"].items() for method in methods}
    assert said == {(route.method, "/v1/nucleus/" + route.pattern.replace(":rest", "")) for route in ROUTES}


def test_every_reference_in_the_document_leads_somewhere(db: None) -> None:
    text = json.dumps(document())
    known = {f"#/components/schemas/{name}" for name in document()["components"]["schemas"]}
    assert set(re.findall(r'"\$ref": "([^"]+)"', text)) <= known


def test_every_operation_has_a_sentence_a_name_of_its_own_and_its_parameters(db: None) -> None:
    operations = [(path, operation) for path, methods in document()["paths"].items() for operation in methods.values()]
    assert all(operation["summary"].endswith(".") for _, operation in operations)
    assert len({operation["operationId"] for _, operation in operations}) == len(operations)
    for path, operation in operations:
        assert [one["name"] for one in operation["parameters"]] == re.findall(r"\{(\w+)\}", path)


def test_the_append_is_described_in_both_its_types(db: None) -> None:
    append = document()["paths"]["/v1/nucleus/dataset/{dataset_id}/append"]["post"]
    assert set(append["requestBody"]["content"]) == {"application/json", "multipart/form-data"}
