"""WeChat (微信): the callbacks and the HTTP interface that WeCom, customer service and official accounts have in common."""
