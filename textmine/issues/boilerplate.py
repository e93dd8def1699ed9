"""What a channel adds to the customer's words: openings, courtesies and closings of work orders. Data only.

Patterns are for normalised text. What matches is left out of vectors and labels, never out of the text.
"""

from __future__ import annotations

OPENINGS = (
    # Handles are blanked in normalised text up to 客服 and the like; their last syllables may be left.
    r"\ufffc+(?:小?(?:助手|管家|秘书|编|蜜|妹)|官微|官方微博|服务号|热线|在线)?",
    r"(?:尊敬的)?(?:用户|客户|机主|来电人|投诉人|市民|网友|群众)(?:本人)?(?:\S{0,3}(?:先生|女士|小姐))?(?:\d{5,})?"
    r"(?:再次|多次|今日|今天|昨日|又)?(?:来电|来访|致电|来函|留言|电话)?(?:,)?"
    r"(?:反映|反应|投诉|称|表示|咨询|询问|诉求|告知|说明|描述|要求处理|反馈)(?:称|说|其|:|,|,称)?",
    r"(?:诉求内容|投诉内容|问题描述|业务内容|来电内容|反映内容|工单内容|用户诉求|客户诉求)(?:为|:|是)?",
    r"^(?:喂|你好|您好|哎|嗯|那个|就是|我想问一下|我问一下|我想反映一下|麻烦问一下|请问|亲|在吗|在不在|\s|,|。)+",
)
"""What stands before the matter."""

CLOSINGS = (
    r"(?:请|望|烦请|麻烦|希望|恳请|敬请)(?:贵司|贵公司|相关部门|你们|后台|尽快|尽早|及时|相关人员|领导|部门|帮忙|协助|予以)*"
    r"(?:核实|处理|查明|核查|解决|回复|答复|跟进|协调|关注|联系用户|联系客户)(?:并|后|,|、|及|和)?"
    r"(?:尽快|及时)?(?:处理|解决|回复|答复|回电|反馈|联系用户|联系客户|给予答复|给个说法)?",
    r"(?:联系电话|联系方式|回访电话|联系人|联系号码|手机号|号码|尾号)(?:为|是|:)?\s*(?:[\d*]{3,})?",
    r"(?:限|要求|承诺)?\d{1,3}(?:小时|个工作日|天)内(?:答复|回复|处理|联系|办结|解决)",
    r"(?:用户|客户)(?:不认可|不接受|不满意|情绪激动|强烈不满|要求升级|要求回电)",
    r"(?:谢谢|多谢|感谢|拜托|辛苦)(?:了|你们|您)?",
    r"白天家里有人|可在\S{1,6}后联系|方便时间\S{0,8}",
)
"""What stands after or around it."""
