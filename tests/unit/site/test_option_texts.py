from __future__ import annotations

from cordboard.genesys.dn_options import agent_options
from cordboard.site.option_texts import as_annex, as_csv, as_table, for_agent


def test_options_of_a_dn() -> None:
    bare = for_agent("5001", "", known=False)
    assert bare.options["sip-cti-control"] == "talk,hold"
    assert "authenticate-requests" not in bare.options
    assert "password" not in bare.options
    known = for_agent("5001", "pw", known=True)
    assert known.options["authenticate-requests"] == "register"
    assert known.options["password"] == "pw"


def test_csv_has_a_line_per_option() -> None:
    lines = as_csv([for_agent("5001", "", known=False), for_agent("5002", "", known=False)]).splitlines()
    assert lines[0] == "dn,section,option,value"
    assert lines[1] == "5001,TServer,contact,*"
    assert lines[2] == '5001,TServer,sip-cti-control,"talk,hold"'
    assert "5002,TServer,refer-enabled,false" in lines


def test_the_annex_joins_what_is_alike() -> None:
    rows = [for_agent(dn, "", known=dn == "5003") for dn in ("5001", "5002", "5003")]
    parts = as_annex(rows).split("\n\n")
    assert parts[0].splitlines()[:3] == ["; 5001-5002", "[TServer]", "contact=*"]
    assert parts[1].startswith("; 5003\n[TServer]\n")
    assert "authenticate-requests=register" in parts[1]
    assert as_annex([]) == ""


def test_the_table_tells_each_option_with_its_reason() -> None:
    for with_password in (True, False):
        options = agent_options(with_password=with_password)
        table = as_table(options, ["5001", "5002"])
        assert "DNs 5001-5002" in table
        joined = " ".join(table.split())
        for each in options:
            assert f"{each.name} = {each.value}".rstrip() in joined
            assert each.why in joined
            assert each.confidence in joined
        assert ("password = (each DN's own)" in table) is with_password
        assert max(map(len, table.splitlines())) <= 100
