"""Papers and figures made from what the store keeps."""
