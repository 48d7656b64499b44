"""What people call the features of a question and a phrasing, where the laboratory shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.tickets.errors import N_
from faq.explanation import Near

NAMES = {
    "letters_of_text": N_("问题的字，条目里有的"),
    "letters_of_phrase": N_("条目的字，问题里有的"),
    "pieces_of_text": N_("问题的字词，条目里有的"),
    "pieces_of_phrase": N_("条目的字词，问题里有的"),
    "meant_of_text": N_("问题的意思，条目里有的"),
    "meant_of_phrase": N_("条目的意思，问题里有的"),
    "alike": N_("写法相近"),
    "alike_in_sound": N_("读音相近"),
    "alike_in_words": N_("词相近，不论顺序"),
    "alike_in_letters": N_("字相近，不论顺序"),
    "alike_in_content": N_("去掉虚词后相近"),
    "asks_the_same": N_("问法同类（怎么、为什么……）"),
    "denial": N_("一边是否定"),
    "contradiction": N_("意思相反或不同（开和关、2 号和 3 号）"),
    "one_sided_name": N_("字母、型号对不上"),
    "length": N_("问题长短"),
    "length_of_phrase": N_("条目长短"),
    "held": N_("问题整句在条目里"),
    "telling": N_("最关键的词相同"),
    "left_of_text": N_("问题里对不上的词，在本库多重要"),
    "left_of_phrase": N_("条目里对不上的词，在本库多重要"),
    "rare_left_of_text": N_("问题里对不上的词，平时多少见"),
    "rare_left_of_phrase": N_("条目里对不上的词，平时多少见"),
    "unmet_of_text": N_("问题里对不上的，合起来"),
    "unmet_of_phrase": N_("条目里对不上的，合起来"),
    "one_sided_number": N_("数字对不上"),
    "asks_alone": N_("只有一边像问句"),
    "sentence": N_("整句的意思相近"),
    "behind": N_("别的条目的几种问法合起来更像"),
}


def told(near: Near, translate: Callable[[str], str]) -> Sequence[tuple[str, str, str]]:
    """Return what was measured of an entry: what it is called, how much there is of it, and what that speaks for or against."""
    return [
        (translate(NAMES[each.name]), f"{each.value:.2f}", f"{each.speaks:+.2f}" if each.speaks else "")
        for each in near.features
        if each.value
    ]
