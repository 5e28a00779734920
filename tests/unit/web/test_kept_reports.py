"""A release's report is printed once for all who look at it, and again when it is another."""

import web_desk
import web_releases
from cathartes.web import printing
from cathartes.web.kept_reports import MOST, KeptReports


def test_a_report_is_printed_once_for_each_content_and_kind(tmp_path, monkeypatch):
    printed = []

    def print_(content, _words, kind):
        printed.append((content.message, kind))
        return f"{content.message} as {kind}".encode()

    monkeypatch.setattr(printing, "release_report", print_)
    with web_desk.desk(tmp_path) as desk:
        web_releases.begin(desk)
        one, other = (web_releases.drafted(desk, message=said) for said in ("one", "other"))
        ana, rita = (web_desk.client_of(desk, who) for who in ("ana", "rita"))
        for who in (ana, rita, ana):
            assert who.get(f"/releases/{one}/report.png").content == b"one as png"
        assert ana.get(f"/releases/{one}/report.pdf").content == b"one as pdf"
        assert ana.get(f"/releases/{other}/report.png").content == b"other as png"
        stranger = web_desk.client_of(desk)
        assert stranger.get(f"/releases/{one}/report.png").status_code == 303  # kept or not
    assert printed == [("one", "png"), ("one", "pdf"), ("other", "png")]


def test_of_too_many_the_one_asked_for_the_longest_ago_is_let_go():
    kept = KeptReports()
    for number in range(MOST):
        kept.put(str(number), "png", bytes([number]))
    assert kept.get("0", "png") == b"\0"
    assert kept.get("0", "pdf") is None
    kept.put("one more", "png", b"more")
    assert kept.get("1", "png") is None
    assert kept.get("0", "png") == b"\0"
    assert kept.get("one more", "png") == b"more"
