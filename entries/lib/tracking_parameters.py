"""URL parameters that only track where a reader came from."""

import re

TRACKING_PARAMETER = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|mc_[ce]id|"
    r"mkt_tok|ref_src|_hs(enc|mi)|vero_id|oly_(enc|anon)_id|wt_mc|xtor",
    re.I,
)
