#include "reports/trust/judge.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/limits.h"

namespace rampart::reports {

void OriginJudge::enter(std::string_view mail, bool within) {
  mails_.push_back({.bytes = mail, .within = within, .origin = nullptr, .known = {}});
}

base::Result<Belief> OriginJudge::judge(const Speaker& speaker) {
  if (mails_.empty()) return Belief{.trust = files_, .why = "it came in no mail, so nothing vouches for it"};
  auto& mail = mails_.back();
  const auto known = std::ranges::find(mail.known, speaker, &std::pair<Speaker, Belief>::first);
  if (known != mail.known.end()) return known->second;
  if (!mail.origin) {
    OriginOptions options;
    // Of a mail within another one our own server has seen nothing.
    if (!mail.within) options = {.authserv_ids = authserv_ids_, .received = received_};
    mail.origin = std::make_shared<MailOrigin>(mail.bytes, *keys_, std::move(options));
  }
  const auto author = mail.origin->author();
  // Without one nothing is asked.
  if (!author) {
    const facts::Book nothing;
    facts::Facts facts(nothing);
    return mail.origin->judge(speaker, facts, now_);
  }
  if (*questions_ >= kMaxFileQuestions)
    return Belief{
        .looked_up = false,
        .why = fmt::format("not looked up: its file asks DNS more than {} questions", kMaxFileQuestions)};
  if (mails_.front().speakers == kMaxMailSpeakers)
    return Belief{.looked_up = false,
                  .why = fmt::format("not looked up: its mail has reports of more than {} reporters",
                                     kMaxMailSpeakers)};
  ++mails_.front().speakers;
  auto belief = TRY(decide_(*author, [origin = mail.origin, keys = keys_, asked = questions_, speaker,
                                      now = now_](facts::Facts& facts) {
    auto out = origin->judge(speaker, facts, now);
    *asked += facts.open().size();
    return out;
  }));
  mail.known.emplace_back(speaker, belief);
  return belief;
}

}  // namespace rampart::reports
