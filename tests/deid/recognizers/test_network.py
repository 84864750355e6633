"""IP addresses, URLs and e-mail. Valid IPv6 texts: RFC 4291 and RFC 5952."""

import ipaddress
import random

import pytest
from case_table import everywhere, spans, table

I4, U, E = "IP_ADDRESS", "URL", "EMAIL_ADDRESS"
CASES = [
    ("ip10.0.12.7", [(I4, "10.0.12.7")], "glued to ip"),
    ("登录IP：10.0.12.7，", [(I4, "10.0.12.7")], "by its label"),
    ("10.0.12.7:8080", [(I4, "10.0.12.7")], "a port"),
    ("10.0.12.256", [], "no octet"),
    ("10.0.012.7", [], "leading zero"),
    ("1.2.3.4", [], "a version"),
    ("版本10.0.12.7", [], "a version by its label"),
    ("IP地址 1.2.3.4", [(I4, "1.2.3.4")], "small, by its label"),
    ("1.2.3.4.5", [], "five parts"),
    ("11.10.0.12.7", [], "five parts, the last four an address"),
    ("·10.0.12.7", [(I4, "10.0.12.7")], "behind a bullet"),
    ("2001:db8:0:0:8:800:200c:417a", [(I4, "2001:db8:0:0:8:800:200c:417a")], "eight groups"),
    ("2001:DB8::8:800:200C:417A", [(I4, "2001:DB8::8:800:200C:417A")], "shortened"),
    ("::ffff:129.144.52.38", [(I4, "::ffff:129.144.52.38")], "IPv4 at the end"),
    ("fe80::1", [(I4, "fe80::1")], "a link's own, short"),
    ("fe80::1%eth0 ", [(I4, "fe80::1%eth0")], "with its zone"),
    ("2001::1", [], "too short without words"),
    ("12345:db8::1", [], "five digits in a group"),
    ("2001:db8::12345", [], "five digits in the last group"),
    ("::ffff:256.0.0.1", [], "no IPv4 address at the end"),
    ("2001:db8::1.", [(I4, "2001:db8::1")], "a full stop"),
    ("ipv6: fe80::1", [(I4, "fe80::1")], "short, by its label"),
    ("std::vector", [], "code"),
    ("12:30:45", [], "a time"),
    ("2001:db8:::1", [], "three colons"),
    ("https://weibo.com/u/1234567890", [(U, "https://weibo.com/u/1234567890")], "a profile"),
    ("见http://a.cn/p?name=zs。", [(U, "http://a.cn/p?name=zs")], "a query, Chinese full stop"),
    ("www.example.com", [], "a site"),
    ("(https://a.cn/~zs)", [(U, "https://a.cn/~zs")], "parentheses stay"),
    ("个人主页https://example.com/zs", [(U, "https://example.com/zs")], "by its label"),
    ("邮箱zhang.san+a@mail.example.com。", [(E, "zhang.san+a@mail.example.com")], "glued"),
    ("zs＠ｅｘａｍｐｌｅ．ｃｏｍ", [(E, "zs＠ｅｘａｍｐｌｅ．ｃｏｍ")], "full width"),
    ("josé@example.com", [(E, "josé@example.com")], "international local part"),
    ("邮箱zs@例子.中国，", [(E, "zs@例子.中国")], "international domain"),
    ("zs@münchen.de", [(E, "zs@münchen.de")], "international domain, Latin"),
    ("a@b", [], "no domain"),
    ("@user", [], "a mention"),
]
test_cases = table(CASES)
test_address = everywhere(I4, ["10.0.12.7", "2001:db8::ff00:42:8329"])
test_email = everywhere(E, ["zhang.san@example.com"])


@pytest.mark.parametrize("seed", range(3))
def test_every_ipv6_text_of_the_standard_library(seed):
    rng = random.Random(seed)
    for _ in range(200):
        value = rng.getrandbits(128) & rng.choice((-1, ~(0xFFFFFFFF << 48), ~(0xFFFF << 16)))
        address = ipaddress.IPv6Address(value & (2**128 - 1))
        for text in (str(address), address.exploded, address.exploded.upper()):
            assert spans(f"从{text}登录") == [(I4, text)], text
