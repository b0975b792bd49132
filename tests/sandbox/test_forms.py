"""Forms that clients send to a sandbox, and what it gives back of them."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from rowcall.sandbox.server import Sandbox

HEADERS = {"Authorization": "Bearer sandbox-key"}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client of a sandbox of OpenAI, without rowcall."""
    with Sandbox(seed=0) as box, httpx.Client(base_url=box.base_url, headers=HEADERS, trust_env=False) as client:
        yield client


def test_what_is_uploaded_can_be_downloaded(client: httpx.Client) -> None:
    """As it was, with its name and its size."""
    content = bytes(range(256)) + b"\r\n--x"

    made = client.post("/files", data={"purpose": "user_data", "expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"},
        files={"file": ("a.bin", content)}).json()  # fmt: skip

    assert (made["filename"], made["bytes"], made["purpose"]) == ("a.bin", len(content), "user_data")
    assert client.get(f"/files/{made['id']}/content").content == content
    assert client.get(f"/files/{made['id']}").json() == made


@pytest.mark.parametrize(("sent", "message"), [
    ({"files": {"purpose": (None, "batch")}}, "'file'"),
    ({"files": {"file": ("a", b"x")}}, "'purpose'"),
    ({"files": {"file": ("a", b"x")}, "data": {"purpose": "fun"}}, "fun"),
    ({"files": {"file": ("a", b"x"), "other": (None, "y")}, "data": {"purpose": "batch"}}, "'other'"),
    ({"files": {"purpose": ("a", b"x"), "file": (None, "y")}}, "'purpose'"),
    ({"files": {"file": ("a", b"x")}, "data": {"purpose": "batch", "expires_after[seconds]": "5", "expires_after[anchor]": "created_at"}}, "3600"),
    ({"files": {"file": ("a", b"x")}, "data": {"purpose": "batch", "expires_after[seconds]": "9" * 5000, "expires_after[anchor]": "created_at"}},
        "seconds"),
    ({"files": {"file": ("a", b"x")}, "data": {"purpose": "batch", f"expires_after[{'9' * 5000}]": "1"}}, "expires_after"),
    ({"content": b"--x\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}}, "form (multipart)"),
    ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, "form (multipart)"),
    ({"content": b"x=y", "headers": {"content-type": "application/x-www-form-urlencoded"}}, "form (multipart)"),
], ids=["no file", "no purpose", "a wrong one", "unknown", "a file for a text", "too small", "no number that there is", "no index that there is", "no end", "no boundary", "another form"])  # fmt: skip
def test_what_the_api_would_refuse_is_refused(client: httpx.Client, sent: dict[str, object], message: str) -> None:
    """In its words, by what the manifest says."""
    answer = client.post("/files", **sent)  # type: ignore[arg-type]

    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]


def test_parts_become_a_file(client: httpx.Client) -> None:
    """In the order in which they are named."""
    upload = client.post("/uploads", json={"filename": "b.bin", "purpose": "batch", "bytes": 6, "mime_type": "x/y"}).json()["id"]
    parts = [client.post(f"/uploads/{upload}/parts", files={"data": text}).json()["id"] for text in (b"def", b"abc")]

    done = client.post(f"/uploads/{upload}/complete", json={"part_ids": parts[::-1]}).json()

    assert (done["status"], done["file"]["filename"], done["file"]["bytes"]) == ("completed", "b.bin", 6)
    assert client.get(f"/files/{done['file']['id']}/content").content == b"abcdef"
    assert client.post(f"/uploads/{upload}/complete", json={"part_ids": parts}).status_code == 400
    assert client.post(f"/uploads/{upload}/cancel").json()["status"] == "cancelled"


def test_a_batch_answers_each_line_of_its_file() -> None:
    """When it is completed, and by the ids that the lines have."""
    lines = b'{"custom_id": "a", "body": {"model": "m"}}\n\n{"custom_id": "b", "body": {}}'
    with Sandbox(seed=0) as box, httpx.Client(base_url=box.base_url, headers=HEADERS, trust_env=False) as client:
        file = client.post("/files", data={"purpose": "batch"}, files={"file": ("in.jsonl", lines)}).json()["id"]
        wish = {"input_file_id": file, "endpoint": "/v1/responses", "completion_window": "24h"}
        batch = client.post("/batches", json=wish).json()
        assert (batch["status"], batch["output_file_id"]) == ("validating", None)
        box.clock.advance(60)

        done = client.get(f"/batches/{batch['id']}").json()
        answers = client.get(f"/files/{done['output_file_id']}/content").text.splitlines()

    assert (done["status"], done["request_counts"]) == ("completed", {"total": 2, "completed": 2, "failed": 0})
    assert [answer.split('"custom_id": ')[1][:3] for answer in answers] == ['"a"', '"b"']
