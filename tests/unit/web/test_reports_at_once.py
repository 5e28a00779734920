"""Many who ask for reports at once stop nobody else: some are told to ask again."""

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import web_desk
from cathartes.web.pages import reports

AT_ONCE = 4
WHERE = "/sites/site-a/report.pdf"


def test_only_some_wait_for_a_report_the_others_are_told_to_ask_again(tmp_path, monkeypatch):
    go_on = threading.Event()

    def print_slowly(_opened, _site_id, path, **_told):
        assert go_on.wait(30)
        path.write_bytes(b"%PDF")

    monkeypatch.setattr(reports, "print_site", print_slowly)
    with web_desk.desk(tmp_path) as desk, ThreadPoolExecutor(AT_ONCE + 4) as pool:
        clients = [web_desk.client_of(desk, "ana") for _ in range(AT_ONCE + 4)]
        asked = [pool.submit(one.get, WHERE) for one in clients]
        try:
            refused = [one.result() for one in islice(as_completed(asked, 30), 4)]
        finally:
            go_on.set()
        assert {one.status_code for one in refused} == {503}
        assert "ask again" in refused[0].text
        statuses = sorted(one.result().status_code for one in asked)
        assert statuses == [200] * AT_ONCE + [503] * 4
        assert clients[0].get(WHERE).status_code == 200
