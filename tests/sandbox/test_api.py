"""Routes, credentials, headers and what methods do."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from rowcall.sandbox.server import Sandbox

BETA = {"OpenAI-Beta": "assistants=v2"}


def message(answer: httpx.Response) -> tuple[int, str, str | None]:
    """Status, message and code of a refusal."""
    error = answer.json()["error"]
    return answer.status_code, error["message"], error["code"]


def test_a_request_without_a_key_is_refused(still: Sandbox) -> None:
    """The API says how a key is sent."""
    status, text, code = message(httpx.get(f"{still.base_url}/assistants", headers=BETA, trust_env=False))

    assert (status, code) == (401, None)
    assert text.startswith("You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth")


@pytest.mark.parametrize(
    ("key", "shown"), [("sk-wrong", "********"), ("sk-proj-0123456789abcd", "******************abcd")], ids=["short", "long"]
)
def test_a_wrong_key_is_refused_and_not_repeated(still: Sandbox, key: str, shown: str) -> None:
    """Of a long key the last characters are shown, of a short one none."""
    answer = httpx.get(f"{still.base_url}/assistants", headers={**BETA, "Authorization": f"Bearer {key}"}, trust_env=False)

    assert message(answer) == (
        401,
        f"Incorrect API key provided: {shown}. You can find your API key at https://platform.openai.com/account/api-keys.",
        "invalid_api_key",
    )


def test_a_key_in_a_header_of_its_own_is_taken_too(still: Sandbox) -> None:
    """Every scheme of the manifest works, not the first alone."""
    answer = httpx.get(f"{still.base_url}/assistants", headers={**BETA, "api-key": still.api_key}, trust_env=False)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"X-Key": "user:secret"}},
        {"params": {"key": "user:secret"}},
        {"headers": {"Authorization": "Basic " + base64.b64encode(b"user:secret").decode()}},
    ],
    ids=["header", "query", "basic"],
)
def test_every_kind_of_scheme_is_played(library: httpx.Client, options: dict[str, Any]) -> None:
    """A key may come in a header, in the query, or as user and password."""
    del library.headers["X-Key"]

    assert library.get("/all", **options).status_code == 200


@pytest.mark.parametrize("value", ["Basic ???", "Basic " + base64.b64encode(b"user:wrong").decode()], ids=["garbled", "wrong"])
def test_a_wrong_password_is_refused(library: httpx.Client, value: str) -> None:
    """User and password are compared as one."""
    del library.headers["X-Key"]

    assert library.get("/all", headers={"Authorization": value}).status_code == 403


@pytest.mark.parametrize("sent", [{}, {"OpenAI-Beta": "assistants=v1"}], ids=["missing", "different"])
def test_the_manifest_s_static_header_is_asked_for(still: Sandbox, sent: dict[str, str]) -> None:
    """Without it the API says which header it wants."""
    answer = httpx.get(f"{still.base_url}/assistants", headers={"Authorization": f"Bearer {still.api_key}", **sent}, trust_env=False)

    assert message(answer) == (
        400,
        (
            "You must provide the 'OpenAI-Beta' header to access the Assistants API. "
            "Please try again by setting the header 'OpenAI-Beta: assistants=v2'."
        ),
        "invalid_beta",
    )


def test_an_unknown_path_is_refused(reader: httpx.Client) -> None:
    """The answer names method and path."""
    assert message(reader.get("/nothing/here")) == (404, "Invalid URL (GET /v1/nothing/here)", None)


def test_a_path_outside_the_base_path_is_unknown(still: Sandbox) -> None:
    """The API lives under its base path alone."""
    url = still.base_url.removesuffix("/v1") + "/assistants"

    answer = httpx.get(url, headers={**BETA, "Authorization": f"Bearer {still.api_key}"}, trust_env=False)

    assert message(answer) == (404, "Invalid URL (GET /assistants)", None)


def test_a_method_that_a_path_does_not_take_is_refused(reader: httpx.Client) -> None:
    """The answer is 405 and says what was not allowed."""
    assert message(reader.put("/assistants")) == (
        405,
        "Not allowed to PUT on /v1/assistants. (HINT: Perhaps you meant to use a different HTTP method?)",
        "method_not_supported",
    )


@pytest.mark.parametrize(
    ("path", "noun", "id_"),
    [
        ("/threads/thread_X", "thread", "thread_X"),
        ("/threads/thread_X/runs", "thread", "thread_X"),
        ("/threads/{thread}/runs/run_X", "run", "run_X"),
        ("/threads/{thread}/runs/run_X/steps", "run", "run_X"),
        ("/threads/{thread}/runs/{other}", "run", "{other}"),
        ("/threads/{thread}/messages/msg_X", "message", "msg_X"),
        ("/assistants/asst_%20X", "assistant", "asst_ X"),
    ],
)
def test_an_unknown_id_is_refused(still: Sandbox, reader: httpx.Client, path: str, noun: str, id_: str) -> None:
    """The first id in the path that is not there is named; a run of another thread is not there."""
    (thread,), (another,) = still.tables["sandbox_threads"][1][:2]
    other = reader.get(f"/threads/{another}/runs").json()["data"][0]["id"]

    answer = reader.get(path.format(thread=thread, other=other))

    assert message(answer) == (404, f"No {noun} found with id '{id_.format(other=other)}'.", None)


def test_every_answer_has_a_request_id_of_its_own(reader: httpx.Client) -> None:
    """Answers and refusals carry different ids."""
    ids = [reader.get(path).headers["x-request-id"] for path in ("/assistants", "/assistants", "/nothing")]

    assert len(set(ids)) == 3
    assert all(id_.startswith("req_") for id_ in ids)


def test_what_is_created_can_be_read_changed_and_deleted(client: httpx.Client) -> None:
    """An assistant goes through its whole life."""
    created = client.post("/assistants", json={"model": "gpt-4o", "name": "A", "metadata": {"k": "v"}}).json()
    changed = client.post(f"/assistants/{created['id']}", json={"name": "B", "metadata": {}}).json()
    read = client.get(f"/assistants/{created['id']}").json()
    deleted = client.delete(f"/assistants/{created['id']}").json()

    assert (created["name"], created["metadata"], created["object"]) == ("A", {"k": "v"}, "assistant")
    assert changed == read == {**created, "name": "B", "metadata": {}}
    assert deleted == {"id": created["id"], "object": "assistant.deleted", "deleted": True}
    assert message(client.get(f"/assistants/{created['id']}")) == (404, f"No assistant found with id '{created['id']}'.", None)


def test_deleting_a_thread_deletes_what_is_in_it(box: Sandbox, client: httpx.Client) -> None:
    """Its runs are gone with it, also those that were still to advance."""
    thread = box.tables["sandbox_threads"][1][0][0]

    deleted = client.delete(f"/threads/{thread}").json()
    box.clock.advance(3600)

    assert deleted["object"] == "thread.deleted"
    assert message(client.get(f"/threads/{thread}/runs"))[1] == f"No thread found with id '{thread}'."
    assert thread not in [row[0] for row in box.tables["sandbox_threads"][1]]


def test_message_contents_come_as_text_or_in_parts(client: httpx.Client) -> None:
    """A plain text and a text part become the same content; other parts stay as they are."""
    thread = client.post("/threads", json={}).json()["id"]
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}

    plain = client.post(f"/threads/{thread}/messages", json={"role": "user", "content": "Hi"}).json()
    parts = client.post(f"/threads/{thread}/messages", json={"role": "user", "content": [{"type": "text", "text": "Hi"}, image]}).json()

    text = {"type": "text", "text": {"value": "Hi", "annotations": []}}
    assert plain["content"] == [text]
    assert parts["content"] == [text, image]


def test_a_thread_may_start_with_messages(client: httpx.Client) -> None:
    """They are there in the order in which they were sent."""
    messages = [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}]

    thread = client.post("/threads", json={"messages": messages}).json()["id"]
    rows = client.get(f"/threads/{thread}/messages", params={"order": "asc"}).json()["data"]

    assert [(row["role"], row["content"][0]["text"]["value"]) for row in rows] == [("user", "one"), ("assistant", "two")]


def test_a_thread_and_its_run_can_be_made_at_once(client: httpx.Client) -> None:
    """The answer is the run; the thread and its messages are there."""
    assistant = client.get("/assistants").json()["data"][0]
    thread = {"messages": [{"role": "user", "content": "Hi"}], "metadata": {"k": "v"}}

    run = client.post("/threads/runs", json={"assistant_id": assistant["id"], "thread": thread, "model": "gpt-4.1"}).json()

    assert (run["object"], run["status"], run["model"]) == ("thread.run", "queued", "gpt-4.1")
    assert client.get(f"/threads/{run['thread_id']}").json()["metadata"] == {"k": "v"}
    assert len(client.get(f"/threads/{run['thread_id']}/messages").json()["data"]) == 1


def test_nothing_is_made_when_a_part_of_it_is_refused(box: Sandbox, client: httpx.Client) -> None:
    """Without the assistant there is no new thread either."""
    before = len(box.tables["sandbox_threads"][1])

    answer = client.post("/threads/runs", json={"assistant_id": "asst_X"})

    assert message(answer) == (404, "No assistant found with id 'asst_X'.", None)
    assert len(box.tables["sandbox_threads"][1]) == before


def test_a_run_takes_from_its_assistant_what_it_is_not_given(client: httpx.Client) -> None:
    """Instructions can be replaced or added to."""
    assistant = client.post("/assistants", json={"model": "gpt-4o", "instructions": "Be brief.", "temperature": 0.5}).json()
    runs = [
        client.post("/threads/runs", json={"assistant_id": assistant["id"]}).json(),
        client.post("/threads/runs", json={"assistant_id": assistant["id"], "instructions": "Be long.", "temperature": 0}).json(),
    ]
    thread = client.post("/threads", json={}).json()["id"]
    body = {"assistant_id": assistant["id"], "additional_instructions": "Thanks."}
    runs.append(client.post(f"/threads/{thread}/runs", json=body).json())

    assert [(run["instructions"], run["temperature"]) for run in runs] == [("Be brief.", 0.5), ("Be long.", 0), ("Be brief. Thanks.", 0.5)]


def test_streaming_is_refused(client: httpx.Client) -> None:
    """The sandbox sends JSON documents, and says so."""
    assistant = client.get("/assistants").json()["data"][0]["id"]

    answer = client.post("/threads/runs", json={"assistant_id": assistant, "stream": True})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "stream")


def test_another_provider_is_played_from_its_files_alone(library: httpx.Client) -> None:
    """A made-up provider's verbs, actions, states and refusals come from its YAML."""
    added = library.post("/books", json={"title": "New"}).json()
    renamed = library.put(f"/books/{added['id']}", json={"title": "Newer"}).json()
    lent = library.post(f"/books/{added['id']}/lend").json()
    again = library.post(f"/books/{added['id']}/lend")
    dropped = library.delete(f"/books/{added['id']}").json()

    assert (added["state"], renamed["title"], lent["state"]) == ("home", "Newer", "lent")
    assert (again.status_code, again.json()) == (409, {"detail": "It is out."})
    assert dropped == {"gone": added["id"]}
    assert library.get(f"/books/{added['id']}").json() == {"detail": f"There is no book {added['id']}."}
