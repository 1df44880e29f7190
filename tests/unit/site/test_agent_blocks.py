from __future__ import annotations

from cordboard.site.agent_blocks import with_agents, with_values, without_agents

TEXT = """\
# head
[gateway]
realm = "x"  # why

# The agents.
[[agents]]
dn = "5001"  # Anna

# Berta sits
# upstairs.
[[agents]]
dn = '5002'
page_password   =   "old" # stays
# and after her

# log
[log]
level = "info"
"""


def test_agents_are_added_behind_the_others() -> None:
    added = with_agents(TEXT, [("5003", {}), ("5004", {"page_password": 'a"b'})])
    new = '\n[[agents]]\ndn = "5003"\n\n[[agents]]\ndn = "5004"\npage_password = "a\\"b"\n'
    assert added == TEXT.replace("# and after her\n", "# and after her\n" + new)


def test_first_agents_come_at_the_end() -> None:
    assert with_agents('[log]\nlevel = "info"\n\n\n', [("5001", {})]) == (
        '[log]\nlevel = "info"\n\n[[agents]]\ndn = "5001"\n\n\n'
    )
    assert with_agents("", [("5001", {})]) == '[[agents]]\ndn = "5001"\n'
    assert with_agents("[log]", [("5001", {})]) == '[log]\n\n[[agents]]\ndn = "5001"\n'


def test_an_agent_goes_with_its_comments_and_with_no_other() -> None:
    assert without_agents(TEXT, ["5002"]) == TEXT.replace(TEXT[TEXT.index("# Berta") : TEXT.index("# log")], "")
    assert without_agents(TEXT, ["5001"]) == TEXT.replace('[[agents]]\ndn = "5001"  # Anna\n\n', "")


def test_a_comment_that_leads_over_to_the_next_section_is_not_the_agent_s() -> None:
    text = '[[agents]]\ndn = "5001"\n# log\n[log]\n'
    assert without_agents(text, ["5001"]) == "# log\n[log]\n"
    assert with_agents(text, [("5002", {})]) == text.replace("# log", '\n[[agents]]\ndn = "5002"\n# log')


def test_the_last_agent_leaves_no_gap() -> None:
    end = '[log]\n\n[[agents]]\ndn = "5001"\n\n[[agents]]\ndn = "5002"\n'
    assert without_agents(end, ["5002"]) == '[log]\n\n[[agents]]\ndn = "5001"\n'
    assert without_agents(end, ["5001", "5002"]) == "[log]\n"


def test_a_value_changes_alone() -> None:
    assert with_values(TEXT, {"5002": {"page_password": "new"}}) == TEXT.replace('"old"', '"new"')
    assert with_values(TEXT, {"5001": {"page_password": "new"}}) == TEXT.replace(
        "# Anna\n", '# Anna\npage_password = "new"\n'
    )


def test_line_ends_of_windows_stay() -> None:
    text = TEXT.replace("\n", "\r\n")
    changed = with_values(without_agents(with_agents(text, [("5003", {})]), ["5001"]), {"5003": {"page_password": "p"}})
    assert changed.count("\n") == changed.count("\r\n")
    assert 'dn = "5003"\r\npage_password = "p"\r\n' in changed


def test_an_array_of_inline_tables() -> None:
    text = '# head\nagents = [\n  { dn = "5001" }, # Anna\n  { dn = "5002", page_password = "p" },\n]\n[log]\n'
    assert '{dn = "5003"}' in with_agents(text, [("5003", {})])
    assert with_agents(text, [("5003", {})]).startswith('# head\nagents = [\n  { dn = "5001" }, # Anna\n')
    assert without_agents(text, ["5001"]) == text.replace('  { dn = "5001" }, # Anna\n', "")
    assert with_values(text, {"5002": {"page_password": "q"}}) == text.replace('"p"', '"q"')
