"""Names and prose use the words of the field: private words, what to write in place of each, and exceptions."""

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

PROJECT = Path(__file__).resolve().parents[2]
#: Data whose words are a published service's, or a user's: not ours to change.
DATA = ("tests/recordings/", "tests/service_facts/", "tests/service_parity.json", "docs/know/parity.md")
TEXT = (
    *(".py", ".md", ".toml", ".ini", ".txt", ".json", ".yml", ".yaml", "run", ".ipynb", "Dockerfile"),
    *(".js", ".mjs", ".css", ".html", ".svg"),  # the emulator's page, and a program
)


class Word(NamedTuple):
    """A private word.

    :ivar pattern: The word, in names and in prose.
    :ivar say: What to write in place of it.
    :ivar allowed: Texts that hold it with reason.
    """

    pattern: str
    say: str
    allowed: str = "(?!)"


#: ``_`` is a boundary of words, as in names of functions.
BEFORE, AFTER = r"(?<![A-Za-z])", r"(?![a-z])"
WORDS = {
    "answer": Word(r"answer(s|ed|ing)?", "response, respond, return"),
    "told": Word(r"told", "reported, sent, configured"),
    # the class; a visit that a sample books is another thing
    "Visit": Word("(?-i:Visit)", "request context"),
    "refused": Word(
        "refus(e|es|ed|al|als|ing)",
        "reject, service error",
        # the operating system's ECONNREFUSED
        r"(?i)connections? (is )?refused|refused_connection|connection_refused|refused[ _](the )?connection|"
        r"machine refused|loopback_refused|ConnectionRefused|refused_once",
    ),
    "proof": Word("proofs?|prov(e|es|en|ed)", "credentials, signature, authenticate"),
    # a page that is fetched in advance: the keyword read_ahead; one clock is ahead of another
    "ahead": Word("ahead", "clock offset, skew", r"read[_ -]ahead|ahead of"),
    "NOTHING_SAID": Word("NOTHING_SAID", "UNSET"),
    "CurrentWire": Word("CurrentWire", "Operations2023"),
    "roster": Word("rosters?", "participants"),
    "whom": Word("whom", "participants, audience, caller"),
    "place_of": Word("place_of(?!_ours)", "request target, origin"),
    # an attribute of HTML
    "spell": Word("spell(s|ed|ing)?", "normalize escapes, write", "spellcheck"),
    # uvicorn's method; an argument of time_machine
    "tick": Word("ticks?", "timestamp", "on_tick|tick=False"),
    "moment": Word("moments?", "timestamp, time"),
    "disturbance": Word("disturb(ance|ances|s|ed)?", "fault injection"),
    # the file of a bulk job, by its public keyword and error; SQLite's setting; the request log is another thing
    "journal": Word("journal(s)? of requests|request journal", "request log"),
    "broken off": Word("(broken|breaks?|broke)[ _]off", "incomplete response"),
    "somebody": Word("somebody|nobody|anybody|everybody", "user, participant, caller, client"),
    # names of Python and JavaScript; in prose, a message says something
    "said": Word("said|(?<!_)say(?= *[(=])", "printed, message, show"),
    "deed": Word("deeds?", "operation, call"),
}


def lines() -> list[tuple[str, str]]:
    """Every line of the project's own text, with its place."""
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    if listed.returncode:
        pytest.skip("the files of the project are those that git knows, and this is no clone")
    here = Path(__file__).name
    names = [name for name in listed.stdout.splitlines() if name.endswith(TEXT) and not name.startswith(DATA)]
    return [
        (f"{name}:{number}", line)
        for name in names
        if not name.endswith(here)
        for number, line in enumerate((PROJECT / name).read_text("utf-8").splitlines(), 1)
    ]


def found(word: Word, texts: list[tuple[str, str]]) -> list[str]:
    pattern = re.compile(f"{BEFORE}(?i:{word.pattern}){AFTER}")
    return [f"{place}: {line.strip()}" for place, line in texts if pattern.search(re.sub(word.allowed, "", line))]


@pytest.mark.one_python
def test_names_and_prose_use_the_words_of_the_field() -> None:
    texts = lines()
    assert len(texts) > 10_000
    assert {word.say: where for word in WORDS.values() if (where := found(word, texts))} == {}


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("answer", "def the_answer_is_lost():"),
        ("refused", "a request that is refused"),
        ("moment", "at that moment"),
        ("ahead", "the clock is ahead"),
        ("Visit", "class Visit:"),
        ("moment", "FIRST_MOMENT = 1"),
        ("said", "function say(text, kind) {"),
    ],
)
def test_a_private_word_is_found_in_names_and_in_prose(word: str, line: str) -> None:
    assert found(WORDS[word], [("a.py:1", line)]) == [f"a.py:1: {line}"]


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("refused", "connection refused"),
        ("ahead", "read_ahead=1"),
        ("Visit", "def visit_Call(self):"),
        ("moment", "momentum"),
    ],
)
def test_a_word_with_a_reason_is_not_found(word: str, line: str) -> None:
    assert found(WORDS[word], [("a.py:1", line)]) == []
