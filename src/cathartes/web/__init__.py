"""The face on HTTP: where analysts look, judge and agree. It needs the extra ``serve``."""
