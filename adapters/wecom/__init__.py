"""WeCom (企业微信): what its three kinds of bots share; each has a package of its own below."""
