"""The names under which exports keep text, ids, dates and groups. Data only, best names first."""

from __future__ import annotations

TEXT_NAMES = (
    "投诉内容", "来电内容", "投诉描述", "问题描述", "诉求内容", "反馈内容", "用户反馈", "客户反馈",
    "客户原话", "客户诉求", "用户诉求", "工单内容", "业务内容", "受理内容", "来话内容", "评论内容",
    "评价内容", "留言内容", "意见内容", "意见建议", "意见与建议", "意见和建议", "不满意原因",
    "不满原因", "投诉详情", "详细内容", "具体内容", "转写文本", "通话文本", "文本", "正文", "原文",
    "内容", "描述", "诉求", "评论", "留言", "反馈", "意见", "建议", "详情", "原因", "verbatim",
    "complaint", "text", "comment", "comments", "content", "feedback", "review", "message",
    "description", "body", "remark",
)  # fmt: skip
"""Names of columns that hold what the customer said."""

TEXT_PARTS = (
    "投诉内容", "来电内容", "内容", "描述", "诉求", "意见", "建议", "评论", "反馈", "留言", "原话",
    "文本", "原因", "verbatim", "comment", "feedback", "complaint",
)  # fmt: skip
"""Parts of names that suggest customers' words, tried when no whole name fits."""

NOT_TEXT_PARTS = (
    "处理", "回复", "答复", "解决", "结果", "坐席", "客服", "备注", "类型", "分类", "类别", "大类",
    "小类", "编号", "编码", "代码", "单号", "时间", "日期", "渠道", "来源", "评分", "得分", "分数",
    "人员", "部门", "状态", "数量", "条数", "reply", "response", "type", "category", "code", "_id",
    "time", "date", "count",
)  # fmt: skip
"""Parts of names that speak against customers' words: the operator's answer, codes, times."""

ID_NAMES = (
    "工单号", "工单编号", "工单流水号", "流水号", "投诉单号", "投诉编号", "受理编号", "受理单号",
    "服务单号", "单号", "案件编号", "记录编号", "问卷编号", "答卷编号", "编号", "序号", "id", "rowid",
    "caseid", "ticketid", "ticket", "recordid", "complaintid", "uuid", "no", "no.", "mid",
)  # fmt: skip
"""Names of columns that identify a record."""

DATE_NAMES = (
    "受理时间", "受理日期", "投诉时间", "投诉日期", "来电时间", "来电日期", "建单时间", "创建时间",
    "创建日期", "提交时间", "提交日期", "反馈时间", "评论时间", "评价时间", "发布时间", "答题时间",
    "填写时间", "接触时间", "日期", "时间", "date", "time", "datetime", "timestamp", "createdat",
    "created", "submittedat",
)  # fmt: skip
"""Names of columns that say when the customer spoke."""

GROUP_NAMES = {
    "region": ("地市", "地区", "城市", "归属地市", "省份", "province", "city", "area"),
    "district": ("区县", "县区", "县市", "网格", "county"),
    "hall": ("营业厅", "营业厅名称", "网点", "厅店", "门店", "store", "branch"),
    "channel": ("渠道", "受理渠道", "来源", "投诉渠道", "source"),
    "brand": ("品牌", "套餐品牌", "用户品牌", "产品", "套餐", "plan", "product"),
    "score": ("评分", "满意度", "得分", "分数", "打分", "rating", "nps", "csat"),
}
"""English words a user may group by, with the columns they mean when no column has the word itself."""
