"""What travels to a browser that has nothing yet, headers included: the figures of docs/mesures.md, which no change may pass unseen."""

import re

from tests.databases import on_sqlite
from tests.factories import make_place

KB = 1000


@on_sqlite
def test_the_sign_in_page_and_its_parts_weigh_ten_kilobytes(client):
    make_place(name="Worklab de Boitron")

    def weight(path: str) -> int:
        answer = client.get(path, headers={"Accept-Encoding": "br"}, buffered=True)
        assert answer.status_code == 200, path
        return len(str(answer.headers)) + len(answer.data)

    page = client.get("/login").get_data(as_text=True)
    parts = re.findall(r'<link rel="(?:stylesheet|icon)" href="([^"]+)"|<script[^>]+src="([^"]+)"', page)
    paths = ["/login", *(style or script for style, script in parts)]

    assert len(paths) <= 4, paths
    assert sum(map(weight, paths)) <= 10 * KB
