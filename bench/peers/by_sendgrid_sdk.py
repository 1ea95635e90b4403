"""The official SendGrid SDK, a thousand mails in a call, as many calls at once as Nasaq makes."""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Final

from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Content, CustomArg, From, Mail, Personalization, Substitution, To

from bench.peers import message

IN_A_CALL: Final = 1000
CALLS_AT_ONCE: Final = 4
BODY: Final = "تحذير: احتمال انهيار سد. ابتعدوا عن مجرى الوادي الآن. -link-"


def main() -> None:
    """Send one mail so that everything is loaded, then the others when told to."""
    count = int(sys.argv[1])
    client = SendGridAPIClient("SG." + "k" * 40, host=f"http://127.0.0.1:{message.PORT}")
    database, writes = message.opened(), Lock()

    def send(keys: Sequence[int]) -> None:
        answer = client.send(a_mail(keys))
        if answer.status_code != 202:
            raise RuntimeError(answer.status_code)
        reference = answer.headers["X-Message-Id"]
        with writes:
            message.write(database, [(reference, key) for key in keys])

    send([count])
    print("at work", flush=True)
    sys.stdin.readline()
    calls = [range(first, first + IN_A_CALL) for first in range(0, count, IN_A_CALL)]
    with ThreadPoolExecutor(CALLS_AT_ONCE) as threads:
        for _ in threads.map(send, calls):
            pass
    sys.stdin.read()


def a_mail(keys: Sequence[int]) -> Mail:
    """One call: the same words for all, with a link of its own for each."""
    mail = Mail(from_email=From("alerts@nasaq.gov.example"), subject="تحذير")
    mail.content = [Content("text/plain", BODY), Content("text/html", f"<p>{BODY}</p>" * 20)]
    for key in keys:
        each = Personalization()
        each.add_to(To(f"resident{key}@gov.example"))
        each.add_custom_arg(CustomArg("delivery_id", f"{key:036}"))
        each.add_substitution(Substitution("-link-", f"https://nasaq.gov.example/k/{key:012}"))
        mail.add_personalization(each)
    return mail


if __name__ == "__main__":
    main()
