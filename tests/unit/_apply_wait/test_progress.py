# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import progress
from ansible_collections.inferops.serving.plugins.module_utils._apply.progress import Voice
from ansible_collections.inferops.serving.plugins.module_utils._names import PROGRESS_CHANNEL

KEY = ("apps", "Deployment", "rag", "lean")


class TestChannel:
    def test_lines_reach_the_file_named_in_the_environment(self, tmp_path, monkeypatch):
        channel = tmp_path / "channel"
        channel.touch(mode=0o600)
        monkeypatch.setenv(PROGRESS_CHANNEL, str(channel))
        say = progress.progress()
        say("one")
        say("two\nthree")
        assert channel.read_text() == "one\ntwo three\n"

    def test_without_a_channel_nothing_happens(self, monkeypatch):
        monkeypatch.delenv(PROGRESS_CHANNEL, raising=False)
        progress.progress()("nobody listens")

    def test_a_channel_that_is_gone_is_not_made_again(self, tmp_path, monkeypatch):
        monkeypatch.setenv(PROGRESS_CHANNEL, str(tmp_path / "gone"))
        progress.progress()("too late")
        assert list(tmp_path.iterdir()) == []

    def test_a_link_is_not_followed(self, tmp_path, monkeypatch):
        target = tmp_path / "target"
        target.touch()
        (tmp_path / "link").symlink_to(target)
        monkeypatch.setenv(PROGRESS_CHANNEL, str(tmp_path / "link"))
        progress.progress()("elsewhere")
        assert target.read_text() == ""

    @pytest.mark.req("XC-13")
    def test_secrets_do_not_get_through(self, tmp_path, monkeypatch):
        channel = tmp_path / "channel"
        channel.touch()
        monkeypatch.setenv(PROGRESS_CHANNEL, str(channel))
        progress.progress(secrets=["open", "opensesame", ""])("image registry/opensesame:1")
        assert channel.read_text() == "image registry/********:1\n"


class TestVoice:
    def test_says_a_thing_once(self):
        lines: list[str] = []
        voice = Voice(lines.append)
        for text in ("0 of 2", "0 of 2", "1 of 2", "1 of 2"):
            voice.say(KEY, text)
        assert lines == ["0 of 2", "1 of 2"]

    def test_ready_is_news_only_after_it_was_not(self):
        lines: list[str] = []
        voice = Voice(lines.append)
        voice.ready(KEY, "ready")
        voice.say(KEY, "0 of 2")
        voice.ready(KEY, "ready")
        assert lines == ["0 of 2", "ready"]

    def test_breaks_a_long_silence(self, monkeypatch):
        lines: list[str] = []
        voice = Voice(lines.append)
        voice.still_waiting(2, time.monotonic() + 100)
        assert lines == []
        monkeypatch.setattr(progress, "STILL_WAITING", 0.0)
        voice.still_waiting(2, time.monotonic() + 100.5)
        assert lines == ["still waiting for 2 objects, 100 s left"]
