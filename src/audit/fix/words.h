// The words of the ladder: every step that a plan can hold, and every question that only the owner can answer, in
// one table each, as audit/catalogue.h does for findings.
#pragma once

#include <string_view>

namespace rampart::audit::fix {

struct StepWords {
  std::string_view id;     // stable
  std::string_view title;  // {0} is the domain, {1} … what the step is about
  std::string_view why;
  std::string_view
      aims;  // codes of findings, separated by spaces: those that are there must be gone afterwards
  std::string_view references;  // separated by "; "
  // Codes of findings that may appear however grave they are: they were hidden behind what the step closes, or say
  // nothing about whom the step is for.
  std::string_view reveals = {};
};

struct QuestionWords {
  std::string_view name;  // stable
  std::string_view text;
  std::string_view options;  // how it is answered
};

inline constexpr StepWords kSteps[] = {
    {"publish-dkim-key", "Publish the DKIM key {1} of {0}",
     "No receiver acts on a key by itself; once your servers sign with it, their mail passes DMARC even when "
     "it is "
     "forwarded. It comes first because every later step relies on it.",
     "no-authentication dkim-missing dkim-unknown dmarc-without-authentication dmarc-spf-only",
     "RFC 6376 section 3.6.1; RFC 9989 section 7.4; NCA-34.061725 WK-2"},
    {"spf-dangling", "Take a term that nobody has registered out of the SPF record of {0}",
     "Whoever registers that name decides who may send. No mail of yours passes by it today, as the name "
     "does not "
     "exist.",
     "spf-dangling-include", "RFC 7208 section 5.2"},
    {"spf-record", "Publish SPF for those who send as {0}, with a soft fail",
     "It names the senders you gave and ends in ~all, so that mail of one you forgot is not refused for it. "
     "-all is "
     "the last step.",
     "spf-missing spf-several-records spf-syntax spf-malformed spf-wide",
     "RFC 7208 section 4.5; NCA-34.061725 WK-1"},
    {"watch", "Publish a DMARC record that only watches {0}",
     "p=none changes nothing for any mail: receivers do what they do today, and begin to report. What is "
     "still to do "
     "shows as WK-4 and WK-5 from then on, and as WK-7 while there is neither SPF nor DKIM.",
     "dmarc-missing dmarc-several-records dmarc-malformed dmarc-policy-invalid dmarc-policy-absent",
     "RFC 9989 section 4.7; RFC 9989 section 4.10.1; NCA-34.061725 WK-3",
     "dmarc-policy-none dmarc-no-sp dmarc-without-authentication"},
    {"reports", "Have DMARC reports of {0} sent to an address that is read",
     "Reports show who sends in your name before anything is refused, and no receiver acts on the address.",
     "dmarc-no-rua dmarc-rua-unauthorised dmarc-rua-invalid dmarc-rua-no-mail",
     "RFC 9989 section 4.7; RFC 9990"},
    {"tls-reports", "Ask for reports of failed TLS on the way to {0}",
     "Senders report deliveries that could not be encrypted; it changes nothing for the mail.",
     "tls-rpt-missing tls-rpt-invalid", "RFC 8460 section 3"},
    {"mta-sts-testing", "Announce an MTA-STS policy of {0} in mode testing",
     "In testing senders report what they would refuse and deliver all the same. The policy must be served "
     "before the "
     "record is published.",
     "mta-sts-missing", "RFC 8461 section 3"},
    {"advised-policy", "Publish the DMARC record of {0} that its reports are ready for",
     "The next record on the way to p=reject, as rampart advise has it. With t=y and pct=0 it is a test: "
     "receivers "
     "of RFC 9989 read the one, those of RFC 7489 the other, and both go one level down.",
     "", "RFC 9989 section 7.4; RFC 9989 appendix A.6",
     "dmarc-testing dmarc-pct dmarc-policy-none dmarc-policy-quarantine dmarc-subdomains-open "
     "dmarc-subdomains-weaker dmarc-invented-open"},
    {"np-reject", "Have mail from invented names below {0} refused",
     "np touches only names that do not exist in DNS. Look first whether something of yours writes From with "
     "a name "
     "that is in no zone, such as an internal host: that mail is refused from then on.",
     "dmarc-no-np dmarc-invented-open", "RFC 9989 section 4.7"},
    {"subdomain-quarantine", "Quarantine what fails as {1}",
     "One subdomain at a time, before sp moves them all. Read its reports for a few weeks before the next "
     "step.",
     "", "RFC 9989 section 4.10.1", "spoof-subdomain"},
    {"subdomain-reject", "Refuse what fails as {1}",
     "The reports of the step before have shown who else sends.", "", "RFC 9989 section 4.10.1",
     "spoof-subdomain"},
    {"sp-quarantine", "Quarantine what fails as any subdomain of {0}",
     "Subdomains come before the domain: fewer of them send. Read the reports for a few weeks before the "
     "next step.",
     "dmarc-no-sp dmarc-subdomains-open", "RFC 9989 section 4.7; NCA-34.061725 WK-5"},
    {"sp-reject", "Refuse what fails as any subdomain of {0}",
     "The advisory asks for subdomains to be covered explicitly.",
     "dmarc-no-sp dmarc-subdomains-open dmarc-subdomains-weaker", "RFC 9989 section 4.7; NCA-34.061725 WK-5"},
    {"end-testing", "Let the DMARC policy of {0} count in full",
     "t=y takes the policy one level down, and pct is read by receivers of RFC 7489 alone.",
     "dmarc-testing dmarc-pct", "RFC 9989 section 4.7; RFC 9989 appendix A.6"},
    {"p-quarantine", "Quarantine what fails as {0}",
     "When the reports show that every legitimate stream passes. What fails goes to the spam folder, where "
     "it can "
     "still be found.",
     "dmarc-policy-none", "RFC 9989 section 7.4; NCA-34.061725 WK-4"},
    {"p-reject", "Refuse what fails as {0}",
     "The advisory's mandatory control. Where users post to mailing lists, have DKIM on all mail first.",
     "dmarc-policy-quarantine", "RFC 9989 section 7.4; NCA-34.061725 control DMARC"},
    {"remove-weak-key", "Remove the weak DKIM key {1} of {0}",
     "A week after the last mail was signed with it.", "dkim-key-short dkim-key-weak",
     "RFC 8301 section 3.2; NCA-34.061725 control DKIM"},
    {"spf-hard-fail", "End the SPF record of {0} in -all",
     "Last, because mail that -all has refused before DMARC runs never shows in a report.",
     "spf-softfail spf-neutral spf-no-all spf-pass-all", "RFC 9989 section 7.1; NCA-34.061725 WK-6"},
    {"no-sender", "Say in SPF that nobody sends as {0}",
     "The domain sends no mail, so no mail of its own can fail.",
     "no-authentication spf-missing spf-softfail spf-neutral spf-no-all spf-pass-all spf-wide "
     "spf-several-records "
     "spf-syntax spf-malformed",
     "RFC 7208 section 10.1.2; M3AAWG Protecting Parked Domains", "dmarc-spf-only"},
    {"refuse-all", "Have everything that is sent as {0} refused",
     "The domain sends no mail, so the whole way to p=reject is one step.",
     "dmarc-missing dmarc-policy-none dmarc-policy-quarantine dmarc-no-sp dmarc-several-records "
     "dmarc-malformed "
     "dmarc-policy-invalid dmarc-policy-absent dmarc-testing",
     "RFC 9989 section 4.7; M3AAWG Protecting Parked Domains", "dmarc-spf-only"},
    {"null-mx", "Say that {0} takes no mail",
     "Mail to it is returned at once. This is for the domain that receives nothing either.", "mx-implicit",
     "RFC 7505 section 3"},
    {"no-keys", "Say that no DKIM key of {0} is valid",
     "An empty key at every selector: a signature in the name of the domain fails, whatever selector it "
     "names. A key "
     "that is published by its own name stays valid until you remove it.",
     "", "RFC 6376 section 3.6.1; M3AAWG Protecting Parked Domains", "dkim-unknown"},
};

inline constexpr QuestionWords kQuestions[] = {
    {"public-key", "Which public key does each server and service sign with that sends as the domain?",
     "--dkim SELECTOR=FILE or --dkim SELECTOR:RECORD; --sends no where nothing sends"},
    {"who-sends", "Which addresses and hosts legitimately send as the domain?",
     "--senders FILE; --sends no where nothing sends"},
    {"report-address", "Which address shall reports go to, and who reads them?", "--report-to ADDRESS"},
    {"policy-host", "Which web server shall serve the MTA-STS policy at mta-sts.DOMAIN?",
     "--mta-sts-host HOST, or its address"},
};

// Words that are in the table: any other id does not compile.
consteval const StepWords& step_words(std::string_view id) {
  for (const auto& words : kSteps) {
    if (words.id == id) return words;
  }
  throw "no such step";
}
consteval const QuestionWords& question_words(std::string_view name) {
  for (const auto& words : kQuestions) {
    if (words.name == name) return words;
  }
  throw "no such question";
}

}  // namespace rampart::audit::fix
