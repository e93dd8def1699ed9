"""What personal data looks like in Chinese complaints, and what only looks like it.

Each finder yields the personal data of one shape in an original text. Digits are fenced by look-arounds, not
by `\\b`, which sees no border between a digit and a Chinese character. No masking here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Literal, NamedTuple

Kind = Literal[
    "mobile", "landline", "id_card", "bank_card", "email", "account", "plate", "name", "address", "im"
]


class PII(NamedTuple):
    """Personal data of one kind at the code points `[start, end)`."""

    kind: Kind
    start: int
    end: int


_D = "[0-9０-９]"
_LONE = f"(?<!{_D})"
_END = f"(?!{_D})"
_GAP = "[ -]?"
_NUMERALS = "零〇一二三四五六七八九幺两"
_TO_DIGITS = str.maketrans(_NUMERALS, "001234567891" + "2")
_TO_ASCII = str.maketrans("０１２３４５６７８９", "0123456789")

_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"

# The hundred commonest surnames and some more cover nine people in ten; those that are everyday words
# before a title (方 时 年 成 和 平 区 任 后) are left out: they would mislead more often than they help.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔"
    "钟谭陆汪范廖石金韦贾夏傅邹熊孟秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤庞樊兰殷施洪翟安颜"
    "倪牛温芦季俞章鲁葛伍申尤毕聂焦柴耿关祁纪欧涂乔古骆褚柳裴霍翁阮柯辛甘尚凌童艾梅岳游路喻涂欧鲍冉辜简饶蓝"
)
_DOUBLE = "欧阳|上官|司马|诸葛|司徒|皇甫|夏侯|令狐|慕容|端木"
_TITLES = "先生|女士|小姐|太太|师傅|老师|阿姨|大爷|大妈|大姐|大哥|同志|经理|主任"
# What personal data can begin with, as (first character, what must follow): long numbers, numbers in groups,
# spoken numbers, mail, titles, what announces a name or an account, house numbers, plates.
_BEGINNINGS = (
    (_D, rf"{_D}{{6}}|[ -]{_D}|{_D}{{2}}[-)） ]{_D}|[栋幢]"),
    (f"[{_NUMERALS}]", rf"[{_NUMERALS}]{{2}}|[ ,，-]+[{_NUMERALS}]"),
    ("@", "[a-zA-Z0-9]"),
    (f"[{_SURNAMES}阳官马葛徒甫侯狐容木]", f"(?:{_TITLES})"),
    ("[先女小]", "[生士姐]"),
    ("叫", f"[{_SURNAMES}欧上司诸皇夏令慕端 ]|[:：]"),
    ("姓", ""),
    ("[人主户名称]", f"[:： 是为{_SURNAMES}欧上司诸皇夏令慕端]"),
    ("[栋幢弄室号元座楼]", rf"[ ,，-]?[{_NUMERALS}0-9０-９]"),
    ("[路街巷弄道]", f"[{_NUMERALS}十0-9０-９]"),
    ("[A-Da-d甲乙丙丁]", "[栋幢座]"),
    ("[QqＱｑ扣]", "[QqＱｑ扣]"),
    ("信", "同?号?码?[是为]?[:： ]{0,2}[A-Za-z0-9]"),
    (_PROVINCE, "[A-Z]"),
    ("[号户名]", "[是为叫:： ]{0,3}[A-Za-z]"),
)
# One look that most texts without personal data fail. The regex engine runs through a text ten times faster
# when a pattern begins with a set of characters than with alternatives, hence the detour by look-behinds.
MAYBE = re.compile(
    "[" + "".join(first.strip("[]") for first, _ in _BEGINNINGS) + "]"
    "(?:" + "|".join(f"(?<={first})(?:{rest})" for first, rest in _BEGINNINGS) + ")"
)


# --- numbers ---------------------------------------------------------------------------------------------

_MOBILE = re.compile(
    rf"(?:(?:\+|{_LONE}00|{_LONE})86{_GAP}|{_LONE})[1１][3-9３-９]{_D}{_GAP}{_D}{{4}}{_GAP}{_D}{{4}}{_END}"
    rf"|{_LONE}[1１][ -][3-9](?:[ -]{_D}){{9}}{_END}"
    rf"|\+(?!86){_D}{{1,3}}(?:[ -]?{_D}{{3,4}}){{2,3}}{_END}"
)
_LANDLINE = re.compile(
    rf"{_LONE}[(（]?0(?:10|2[0-9]|[3-9][0-9]{{2}})[)）]?[ -]?[2-8]{_D}{{2,3}}{_GAP}{_D}{{4}}{_END}"
)
_ID_CARD = re.compile(rf"{_LONE}[1-8]{_D}{{5}} ?(?:{_D}{{8}} ?{_D}{{3}}[0-9Xx]|{_D}{{9}}){_END}")
_BANK_CARD = re.compile(rf"{_LONE}[3-6]{_D}{{3}}(?:{_GAP}{_D}{{4}}){{3}}(?:{_GAP}{_D}{{1,3}})?{_END}")
_LONG_NUMBER = re.compile(rf"{_LONE}{_D}{{7,32}}{_END}")
_SPOKEN = re.compile(rf"[{_NUMERALS}](?:[ ,，-]{{0,2}}[{_NUMERALS}]){{6,}}")
# Numbers of companies and of services, and the sender numbers of bulk messages.
_SERVICE = re.compile(
    r"(?:100(?:86|10|00|99|50|15|01|11|16|18|60|80)|123(?:00|05|15|18|21|33|45|48|58|66|77|78|80|81|90|98)|"
    r"12[15]\d{2}|1\d{2}|95\d{3}|96\d{3,4}|11[46]\d{3}|118\d{2}|400\d|800\d|101\d{2}|106\d{2})\d{0,6}"
)
_BULK_SENDER = re.compile(
    r"106[0-9]{5,20}|95[0-9]{3,9}|(?:400|800)[0-9]{7}|100(?:86|10|00|99|50)[0-9]{0,8}|12520[0-9]*"
)
_UNIT_AFTER = re.compile(
    r"[ ]?(?:\.[0-9]|元|块|万|亿|分|角|%|个|条|次|秒|积分|字节|[KkMmGgTt][Bb]?(?![a-zA-Z])|bps|[Bb]yte)"
)
_MONEY_BEFORE = re.compile(r"(?:[¥￥$]|[0-9]\.|[0-9][,，])$")


def _mobiles(text: str) -> Iterator[PII]:
    for m in _MOBILE.finditer(text):
        yield PII("mobile", *m.span())


def _landlines(text: str) -> Iterator[PII]:
    for m in _LANDLINE.finditer(text):
        yield PII("landline", *m.span())


def _id_cards(text: str) -> Iterator[PII]:
    for m in _ID_CARD.finditer(text):
        if is_id_card(_digits(m[0]).upper()):
            yield PII("id_card", *m.span())


def _bank_cards(text: str) -> Iterator[PII]:
    for m in _BANK_CARD.finditer(text):
        digits = _digits(m[0])
        if passes_luhn(digits) or (digits.startswith("62") and len(digits) != len(m[0])):
            yield PII("bank_card", *m.span())


def _accounts(text: str) -> Iterator[PII]:
    """Seven digits or more that are no date, no amount and no service number: accounts, orders, devices."""
    for m in _LONG_NUMBER.finditer(text):
        digits = _digits(m[0])
        is_amount = _UNIT_AFTER.match(text, m.end()) or _MONEY_BEFORE.search(
            text, max(0, m.start() - 2), m.start()
        )
        if not (is_amount or is_timestamp(digits) or _is_public(text, m.start(), digits)):
            yield PII("account", *m.span())


def _lettered_accounts(text: str) -> Iterator[PII]:
    for m in _LETTERED.finditer(text):
        yield PII("account", *m.span(1))


_LETTERED = re.compile(
    r"(?:账号|帐号|账户|宽带号|用户名|账户名)(?:是|为|叫)?[:： ]{0,2}"
    rf"([A-Za-z]{{1,8}}[-_]?{_D}{{4,20}}(?![0-9A-Za-z]))"
)


def _spoken(text: str) -> Iterator[PII]:
    """Numbers as they are dictated, 幺三八…: at least seven numerals with nothing but pauses between them."""
    for m in _SPOKEN.finditer(text):
        digits = "".join(char for char in m[0] if char in _NUMERALS).translate(_TO_DIGITS)
        if not (is_timestamp(digits) or _BULK_SENDER.fullmatch(digits) or _counts_up(digits)):
            yield PII("mobile" if re.fullmatch("1[3-9][0-9]{9}", digits) else "account", *m.span())


def _is_public(text: str, start: int, digits: str) -> bool:
    if _BULK_SENDER.fullmatch(digits):
        return True
    # 400-8100086 and the like: the part behind the dash belongs to a company's number.
    return re.search(r"(?:400|800|95\d{3}|100\d{2})-$", text[max(0, start - 6) : start]) is not None


def _counts_up(digits: str) -> bool:
    return digits in "12345678901234567890"


def _digits(number: str) -> str:
    return re.sub(r"[ -]", "", number.translate(_TO_ASCII))


def is_id_card(number: str) -> bool:
    """Whether 15 or 18 characters are a resident identity number (GB 11643-1999: birth date, check sign)."""
    if len(number) == 15:
        return _is_date("19" + number[6:12])
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(d) * w for d, w in zip(number[:17], weights, strict=True)) % 11]
    # A mistyped check sign does not make a birth date public: X gives it away, other digits fall to accounts.
    return _is_date(number[6:14]) and (number[17] == check or number[17] == "X")


def passes_luhn(digits: str) -> bool:
    """Whether the digits pass the check of payment cards (ISO/IEC 7812-1, annex B)."""
    doubled = (int(d) * 2 for d in digits[-2::-2])
    return (sum(int(d) for d in digits[-1::-2]) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def is_timestamp(digits: str) -> bool:
    """Whether the digits are a day of 1990–2039, alone or with hours, minutes and seconds, or two days."""
    if len(digits) == 16:
        return is_timestamp(digits[:8]) and is_timestamp(digits[8:])
    if len(digits) not in (8, 10, 12, 14) or not "1990" <= digits[:4] <= "2039" or not _is_date(digits[:8]):
        return False
    clock = [int(digits[at : at + 2]) for at in range(8, len(digits), 2)]
    return all(part < limit for part, limit in zip(clock, (25, 60, 60), strict=False))


def _is_date(digits: str) -> bool:
    try:
        return 1900 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).year <= 2039
    except ValueError:
        return False


# --- mail, chat, plates ----------------------------------------------------------------------------------

_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_CHAT_NUMBER = re.compile(
    r"(?:[QqＱｑ]{2}|扣扣|微信|威信|[Vv]信)(?:号码|号)?(?:是|为)?[:： ]{0,2}([1-9][0-9]{4,11})(?![0-9])"
)
_CHAT_NAME = re.compile(
    r"(?:微信|威信|[Vv]信)(?:同?号码?(?:是|为)?[:： ]{0,2}|[:：] ?)([A-Za-z][A-Za-z0-9_-]{5,19})"
)
_PLATE = re.compile(
    rf"{_PROVINCE}[A-HJ-NP-Z][·.]?"
    r"(?=[A-Z0-9]{0,5}[0-9])[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳](?![A-Za-z0-9])"
)


def _emails(text: str) -> Iterator[PII]:
    if "@" in text:
        for m in _EMAIL.finditer(text):
            yield PII("email", *m.span())


def _chat_ids(text: str) -> Iterator[PII]:
    for m in _CHAT_NUMBER.finditer(text):
        if not _SERVICE.fullmatch(m[1]) or len(m[1]) > 5:
            yield PII("im", *m.span(1))
    for m in _CHAT_NAME.finditer(text):
        yield PII("im", *m.span(1))


def _plates(text: str) -> Iterator[PII]:
    for m in _PLATE.finditer(text):
        yield PII("plate", *m.span())


# --- names -----------------------------------------------------------------------------------------------

_HAN = "\u4e00-\u9fff"
_TITLE = re.compile(rf"({_DOUBLE}|[{_SURNAMES}])(?=(?:{_TITLES})(?!区))")
_FULL_TITLE = re.compile(
    rf"(?:(?<![{_HAN}])|(?<=[户人主是叫给和系找]))(?:{_DOUBLE}|[{_SURNAMES}])[{_HAN}]{{1,2}}(?=先生|女士|小姐)"
)
_NOT_BEFORE_TITLE = re.compile(
    r"(?:师傅|道路|网路|客路|交石|保安|公安|治安|平安|西安|机关|相关|有关|海关|公关|高温|电梅)$"
)
_ANNOUNCED = re.compile(
    r"(?:姓名|联系人|联系人姓名|机主|机主姓名|户主|收件人|申请人|经办人|开户人|用户名称|客户名称|户名|我叫|名叫|我是)"
    rf"(?P<mark>[:：是为叫 ]{{0,2}})(?P<name>(?:{_DOUBLE}|[{_SURNAMES}])(?:某某?|[{_HAN}]{{1,2}}))"
)
_CALLED = ("我叫", "名叫", "姓名")
# Words that begin with a surname and follow 我叫… or 姓名… without being a name.
_NO_NAME = re.compile(
    r"(?:马上|高级|安装|安排|金额|江苏|关于|关机|万一|余额|路由|古|石头|游|路|程序|金卡|龙|安徽|严重|顾客|毕竟|尚未|温|申请)"
)
# What follows a two-character name rather than ending a three-character one.
_AFTER_NAME = frozenset("的是在住家想要来手电今昨说打和与、有用办到去先女号身联为你您，。,")
_MY_SURNAME = re.compile(rf"(?:我|免贵|本人|客户|用户|机主)姓({_DOUBLE}|[{_SURNAMES}])")
_SURNAME_OF = re.compile(rf"姓({_DOUBLE}|[{_SURNAMES}])(?=的)")
# A name between a role and what a ticket gives next, or between 叫 and the person's role.
_BETWEEN = re.compile(
    rf"(?:(?:本人|[业机户]主|[系办请件]人|[客用]户)(?P<a>(?:{_DOUBLE}|[{_SURNAMES}])[{_HAN}]{{1,2}}?)"
    r"(?=[,，:： ]{0,2}(?:联系)?(?:电话|手机|身份证|来电))"
    rf"|叫(?P<b>(?:{_DOUBLE}|[{_SURNAMES}])[{_HAN}]{{1,2}}?)(?=的(?:师傅|人|经理|客服|员工|营业员|小姐|[男女])))"
)


def _names(text: str) -> Iterator[PII]:
    for m in _TITLE.finditer(text):
        if not _NOT_BEFORE_TITLE.search(text, max(0, m.start() - 1), m.end()):
            yield PII("name", *m.span(1))
    for m in _FULL_TITLE.finditer(text):
        yield PII("name", *m.span())
    for pattern in (_MY_SURNAME, _SURNAME_OF):
        for m in pattern.finditer(text):
            yield PII("name", *m.span(1))
    for m in _BETWEEN.finditer(text):
        name = "a" if m["a"] else "b"
        if not _NO_NAME.match(m[name]):
            yield PII("name", *m.span(name))


def _announced_names(text: str) -> Iterator[PII]:
    for m in _ANNOUNCED.finditer(text):
        if (not m["mark"] and not m[0].startswith(_CALLED)) or _NO_NAME.match(m["name"]):
            continue
        if m[0].startswith("我是") or (m["mark"] == "是" and m["name"][0] in "高安江"):
            continue
        start, end = m.span("name")
        if end - start == 3 and text[end - 1] in _AFTER_NAME:
            end -= 1
        if end - start > 1 and text[start + 1] not in _AFTER_NAME:
            yield PII("name", start, end)


# --- addresses -------------------------------------------------------------------------------------------

_TENS = "[一二三四五六七八九十百]"
_HOUSE = rf"(?:{_D}{{1,5}}|{_TENS}{{1,4}}|[A-Da-d甲乙丙丁])"
_PART = rf"{_HOUSE}(?:号楼|号院|号|弄|栋|幢|座|单元|室|户|门|层|楼)"
_TAIL = rf"(?:-?{_D}{{3,4}}(?:室|户|房|号)?(?![0-9０-９元块兆MmGg年]))?"
_DOORS = re.compile(rf"(?<![0-9０-９月第年]){_PART}(?:[ ,，-]?{_PART}){{1,5}}{_TAIL}")
_DOOR_SIGNS = re.compile(r"栋|幢|单元|室|弄|号楼|号院|座")
_HOUSE_ROOM = re.compile(
    rf"{_LONE}{_HOUSE}(?:号楼|栋|幢|单元|座)-?(?:{_D}{{1,2}}-)?{_D}{{3,4}}(?![0-9０-９元块兆MmGg年])(?:室|户|房)?"
)
_STREET_NUMBER = re.compile(
    rf"(?<=[路街巷弄道])(?<!知道)(?:{_D}{{1,5}}(?:号|弄)|{_TENS}{{1,4}}号|{_TENS}{{2,4}}弄)(?!线|口|桥)院?"
)
_DASHED = re.compile(
    rf"(?<=[园苑区村城庭府邸寓厦居庄家舍湾郡栋里址住])[:： ]?({_D}{{1,3}}-{_D}{{1,2}}-{_D}{{2,5}}){_END}"
)


def _addresses(text: str) -> Iterator[PII]:
    """House, building, entrance and room numbers. The names of streets and estates tell where, not who."""
    for m in _DOORS.finditer(text):
        if _DOOR_SIGNS.search(m[0]) and re.search(_D, m[0]):
            yield PII("address", *m.span())
    for pattern in (_HOUSE_ROOM, _STREET_NUMBER):
        for m in pattern.finditer(text):
            yield PII("address", *m.span())
    for m in _DASHED.finditer(text):
        yield PII("address", *m.span(1))


Finder = Callable[[str], Iterator[PII]]
FINDERS: tuple[Finder, ...] = (
    _mobiles, _landlines, _id_cards, _bank_cards, _chat_ids, _accounts, _lettered_accounts, _spoken, _emails,
    _plates, _names, _announced_names, _addresses,
)  # fmt: skip
OF_DIGITS: tuple[Finder, ...] = (
    _mobiles, _landlines, _id_cards, _bank_cards, _accounts, _lettered_accounts, _plates,
)  # fmt: skip
"""Those that find nothing in a text without a digit."""
OTHERS = tuple(find for find in FINDERS if find not in OF_DIGITS)
DIGIT = re.compile(_D)
