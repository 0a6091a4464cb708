// Whoever reads reports asks, of each, how far it is believed.
//
//   judge.enter(mail, false);
//   const auto belief = TRY(judge.judge({.email = report.email, .organisation = report.organisation}));
//   judge.leave();
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "reports/trust/origin.h"

namespace rampart::reports {

class MailJudge {
 public:
  virtual ~MailJudge() = default;
  // What is judged until leave() came out of this mail, and of none within it. `within`: it stood in another mail. The bytes
  // stay where they are until then.
  virtual void enter(std::string_view mail, bool within) = 0;
  virtual void leave() = 0;
  // What is judged from here on is another file's (limits.h): it may ask kMaxFileQuestions anew.
  virtual void begin_file() {}
  // Of a report. An error ends the reading.
  virtual base::Result<Belief> judge(const Speaker& speaker) = 0;
};

// By what the mail proves (origin.h).
class OriginJudge final : public MailJudge {
 public:
  // Drives a decision over facts to its end; the name is the mail's author's. What it is given owns all that it needs.
  using Decide = std::function<base::Result<Belief>(const dns::Name&, std::function<Belief(facts::Facts&)>)>;

  OriginJudge(Decide decide, std::vector<std::string> authserv_ids, base::Time now)
      : decide_(std::move(decide)), authserv_ids_(std::move(authserv_ids)), now_(now) {}

  // When our own server took the mail that comes next; nothing when that is not known.
  void set_received(std::optional<base::Time> received) { received_ = received; }
  void set_now(base::Time now) { now_ = now; }
  // Of reports that came in no mail: unverified, unless whoever reads them knows better.
  void set_trust_of_files(Trust trust) { files_ = trust; }

  void enter(std::string_view mail, bool within) override;
  void leave() override { mails_.pop_back(); }
  void begin_file() override { *questions_ = 0; }
  base::Result<Belief> judge(const Speaker& speaker) override;

 private:
  struct Entered {
    std::string_view bytes;
    bool within = false;
    std::shared_ptr<MailOrigin>
        origin;  // made for the first report; shared with a decision whose answers come late
    std::vector<std::pair<Speaker, Belief>> known;  // that were judged; at most kMaxMailSpeakers
    std::size_t speakers = 0;                       // of it and the mails within it, of the outermost
  };

  Decide decide_;
  std::vector<std::string> authserv_ids_;
  base::Time now_;
  Trust files_ = Trust::unverified;
  std::optional<base::Time> received_;
  std::shared_ptr<dkim::KeyCache> keys_ = std::make_shared<dkim::KeyCache>();  // as `origin`
  std::shared_ptr<std::size_t> questions_ = std::make_shared<std::size_t>(0);  // of the file; as `origin`
  std::vector<Entered> mails_;                                                 // one within another
};

}  // namespace rampart::reports
