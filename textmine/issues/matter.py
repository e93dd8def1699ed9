"""What a verbatim is about: its content words, and the places, products and amounts named in it.

Leaves out what the channel adds (work-order openings, courtesies, handles) and words that name no topic.
Pure; knows no vectors and no clusters.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from ..resources import lexicon_path
from ..text.normalize import normalize
from ..text.segment import Segmenter, segmenter
from .boilerplate import CLOSINGS, OPENINGS

_CHANNEL = re.compile("|".join((*OPENINGS, *CLOSINGS)))
_AMOUNT = re.compile(r"(\d{1,5}(?:\.\d{1,2})?)\s*(?:元|块(?!钱?地)|块钱)")
_NUMBER = re.compile(r"[\d.:%*\-/]+\Z")
_WORDY = re.compile(r"[a-z\u4e00-\u9fff]")
_FAMILY = (
    "花园|小区|家园|嘉园|雅苑|新苑|佳苑|公寓|新村|新城|广场|大厦|大楼|中心|营业厅|大学|学院|医院|工业园|产业园|"
    "开发区|车站|机场|大道|国际|华府|华庭|名都|学校|中学|小学|商场|步行街|社区|庄园|山庄|茶场|农场|林场|"
    "村|镇|乡|路|街|巷|苑|园|县|区|桥|湾|屯|寨|坪|坳|庄|堡|洼|岭|峪"
)
_PLACE = re.compile(rf"(?=([\u4e00-\u9fff]{{2}}(?:{_FAMILY})))")
_KIND = re.compile(r"(?=([\u4e00-\u9fff]{2}(?:会员|权益包|权益|流量包|视频包|加油包|套餐|彩铃|管家|险)))")
_NO_KIND = re.compile(
    r"[的了是在到我你他这那个哪每有没不就都也还又很某一二两三四五六七八九十给让把被从和或及跟要想用领送开关退扣改换降升办订]"
    r"|免费|自动|什么|取消|低档|当前|现在|原来|新的|老的|增值|所有|任何|相关|其他|全部|可选|推荐|手机|移动|联通|电信|宽带"
)
_SURNAMES = (
    "张王李赵刘陈杨黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤"
)
"""The commonest: 李家村 is a place, 我家村口 is none."""
_NO_PLACE = re.compile(
    r"[的了是在到我你他们这那哪个整全每各本住从去里外上下过和或与有没不就都也还又很同某一二两三四五六七八九十"
    rf"该往由向对给让说被]|(?<![{_SURNAMES}])家|附近|线路|网路|电路|短路|套餐|宽带|手机|业务|客服|前台|"
    r"道路|铁路|公路|高速|修路|"
    r"马路|走路|网络|光猫|乡镇|农村|山区|城区|市区|郊区|片区|地区|小区|社区|街道|区域|大厅|服务|话费|活动|"
    r"用户|区县|服务区|中心|校园|移动|联通|电信|广电"
)

SHORTEST = 2
"""Content words that a verbatim needs to be about something that can be told from other matters."""


@dataclass(frozen=True, slots=True)
class Matter:
    """The matter of one verbatim: `words` in order; `places`, `products`, `amounts` as they are named.

    `key` is the same for verbatims that differ only in boilerplate, stop words, numbers and punctuation.
    """

    words: tuple[str, ...]
    places: tuple[str, ...]
    products: tuple[str, ...]
    amounts: tuple[str, ...]

    @property
    def key(self) -> str:
        return " ".join(self.words)

    @property
    def names(self) -> tuple[str, ...]:
        """What tells two like matters apart: places and products."""
        return (*self.places, *self.products)

    @property
    def pieces(self) -> tuple[str, ...]:
        """The words and, of the long ones, their pairs of characters: new names are cut in many ways."""
        return tuple(piece for word in self.words for piece in _pieces(word))

    @property
    def marks(self) -> frozenset[str]:
        """What counts as evidence: the words and their pieces, and the names of places and products."""
        return frozenset((*self.pieces, *(f"={name}" for name in self.names)))

    @property
    def signs(self) -> frozenset[str]:
        """What may be news: the marks, and pairs of words."""
        return self.marks | frozenset(self.pairs)

    @property
    def pairs(self) -> tuple[str, ...]:
        """Neighbouring words together: common words in a new combination are news as well."""
        return tuple(f"{a}+{b}" for a, b in pairwise(self.words))

    @property
    def tellable(self) -> bool:
        """Whether it says enough to be put with others."""
        return len(set(self.words)) >= SHORTEST


class MatterReader:
    """Reads the matter of verbatims. Holds a segmenter, the stop words and the product names it is given."""

    def __init__(
        self, cutter: Segmenter, *, stop_words: Iterable[str] = (), products: Iterable[str] = ()
    ) -> None:
        self._cutter = cutter
        self._stop = frozenset(stop_words)
        self._products = frozenset(products)

    @classmethod
    def load(cls, products: Iterable[str] = ()) -> MatterReader:
        """With the packaged segmenter and stop words."""
        return cls(segmenter(), stop_words=stop_words(), products=products)

    def read(self, texts: Sequence[str]) -> list[Matter]:
        """One matter a text, in order."""
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Matter:
        plain = _CHANNEL.sub(" ", normalize(text).text)
        # Interned: a hundred thousand verbatims say the same few thousand words.
        words = tuple(
            sys.intern(word)
            for token in self._cutter.tokens(plain)
            if (word := token.strip())
            and word not in self._stop
            and _WORDY.search(word)
            and not _NUMBER.match(word)
            and (len(word) > 1 or not word.isascii())
        )
        return Matter(
            words,
            tuple(dict.fromkeys(_places(plain))),
            tuple(dict.fromkeys((*(word for word in words if word in self._products), *_kinds(plain)))),
            tuple(dict.fromkeys(_AMOUNT.findall(plain))),
        )


def _places(plain: str) -> Iterable[str]:
    """Names of places by their last part, with exactly two characters before it.

    A fixed width makes the same place the same key whatever stands before it; labels look for the full name.
    Of two that overlap the one that ends later is the name: 北苑街, not 映北苑.
    """
    last: re.Match[str] | None = None
    for found in _PLACE.finditer(plain):
        if _NO_PLACE.search(found[1][:2]):
            continue
        if last is not None and found.start() < last.end(1):
            if found.end(1) > last.end(1):
                last = found
            continue
        if last is not None:
            yield last[1]
        last = found
    if last is not None:
        yield last[1]


def _kinds(plain: str) -> Iterable[str]:
    """Products by their head noun with the two characters that say which: 音乐会员, 阅读会员."""
    return (found[1] for found in _KIND.finditer(plain) if not _NO_KIND.search(found[1][:2]))


@lru_cache(maxsize=65_536)
def _pieces(word: str) -> tuple[str, ...]:
    if len(word) < 3 or word.isascii():
        return (word,)
    return (word, *(word[i : i + 2] for i in range(len(word) - 1)))


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """The packaged words that never name a topic."""
    lines = lexicon_path("stopwords.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))
