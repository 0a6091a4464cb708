#include "audit/spoofing.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "audit/picture.h"
#include "audit/senders.h"
#include "auth/dmarc/evaluate.h"

namespace rampart::audit {
namespace {

using Identity = SpoofRow::Identity;
using Origin = SpoofRow::Origin;

dmarc::Check check_of(spf::Result result) {
  if (result == spf::Result::pass) return dmarc::Check::pass;
  return result == spf::Result::temperror ? dmarc::Check::temperror : dmarc::Check::fail;
}

Disposition disposition_of(Policy policy) {
  switch (policy) {
    case Policy::none:
    case Policy::missing:
      return Disposition::deliver;
    case Policy::quarantine:
      return Disposition::quarantine;
    case Policy::reject:
      return Disposition::reject;
    case Policy::unknown:
      return Disposition::unknown;
  }
  return Disposition::unknown;
}

// What a result and the policy for failures lead to.
Disposition outcome_of(dmarc::Result result, Policy policy) {
  switch (result) {
    case dmarc::Result::pass:
    case dmarc::Result::none:
    case dmarc::Result::permerror:  // the record switches itself off (RFC 9989 section 4.10.1)
      return Disposition::deliver;
    case dmarc::Result::fail:
      return disposition_of(policy);
    case dmarc::Result::temperror:
      // Whether it passes or fails, a policy of none lets it through.
      return policy == Policy::none ? Disposition::deliver : Disposition::unknown;
  }
  return Disposition::unknown;
}

class Table {
 public:
  Table(const Picture& picture, facts::Facts& facts) : picture_(picture), facts_(facts) {}

  std::vector<SpoofRow> rows() {
    add_rows(Origin::stranger, senders(picture_, facts_), {});
    if (const auto& shared = picture_.spf.shared)
      add_rows(Origin::shared, senders(picture_, facts_, &shared->ip), shared->owner);
    return std::move(rows_);
  }

 private:
  void add_rows(Origin origin, const std::vector<Sender>& senders, const std::string& via) {
    const auto& names = picture_.identities;
    const auto row_of = [&](Identity identity, const dns::Name& from, const PolicyPicture& policy) {
      SpoofRow row;
      row.identity = identity;
      row.origin = origin;
      row.from = from;
      row.address = senders.front().address.text();
      row.via = via;
      fill(row, policy, senders);
      return row;
    };
    rows_.push_back(row_of(Identity::domain, names.domain, picture_.dmarc.domain));
    auto existing = row_of(Identity::subdomain, names.existing, picture_.dmarc.existing);
    for (const auto& name : picture_.input->dmarc_subdomains)
      keep_worse(existing, row_of(Identity::subdomain, name, look_policies(name, facts_)));
    rows_.push_back(std::move(existing));
    auto invented = row_of(Identity::invented, names.invented, picture_.dmarc.invented);
    if (const auto name = beside_wildcard())
      keep_worse(invented, row_of(Identity::invented, *name, look_policies(*name, facts_)));
    rows_.push_back(std::move(invented));
  }

  // A wildcard makes invented names exist, but not those below a name that exists itself (RFC 4592 section
  // 3.3.1): there np decides after all, and the stranger takes whichever is weaker. The record's own _dmarc is
  // such a name where no other is.
  std::optional<dns::Name> beside_wildcard() {
    const auto& names = picture_.identities;
    const auto& found = picture_.dmarc.invented.found;
    if (names.invented_exists != Known::yes || found.record_name != names.domain || !found.record ||
        !found.record->np.value || found.tag == "np")
      return std::nullopt;
    for (const auto& above : {names.hypothetical ? std::nullopt : std::optional(names.existing),
                              names.domain.prepend_label("_dmarc")}) {
      const auto name = above ? above->prepend(kInventedLabel) : std::nullopt;
      if (name && dmarc::discover_policy(*name, facts_).tag == "np") return name;
    }
    return std::nullopt;
  }

  // Of two rows for one identity that in which the stranger gets further.
  static void keep_worse(SpoofRow& row, SpoofRow&& other) {
    const auto far = [](const SpoofRow& at) { return std::pair(gain(at.rfc9989), gain(at.rfc7489)); };
    const auto most = [](const SpoofRow& at) { return std::max(gain(at.rfc9989), gain(at.rfc7489)); };
    if (std::pair(most(other), far(other)) > std::pair(most(row), far(row))) row = std::move(other);
  }

  static int gain(Disposition disposition) {
    switch (disposition) {
      case Disposition::reject:
        return 0;
      case Disposition::quarantine:
        return 1;
      case Disposition::unknown:
        return 2;
      case Disposition::deliver:
        return 3;
    }
    return 2;
  }

  void fill(SpoofRow& row, const PolicyPicture& policy, const std::vector<Sender>& senders) {
    const auto own = std::find_if(senders.begin(), senders.end(),
                                  [&](const Sender& sender) { return sender.domain == row.from; });
    // Of a subdomain that stands for any existing one nothing is known of its SPF.
    row.spf = own == senders.end() ? "none" : spf::to_string(own->outcome.result);
    row.policy = policy_of(policy.found);
    if (!try_passing(row, policy, senders)) without_pass(row, policy, senders, own);
    doubt(row, policy, senders);
  }

  using SenderAt = std::vector<Sender>::const_iterator;

  // What becomes of it when nothing that passes is aligned.
  void without_pass(SpoofRow& row, const PolicyPicture& policy, const std::vector<Sender>& senders,
                    SenderAt own) {
    const auto check = own == senders.end() ? dmarc::Check::fail : check_of(own->outcome.result);
    const dmarc::Input input{row.from, dmarc::Identity{row.from, check}, {}};
    // A subdomain that stands for any existing one has no SPF result of its own.
    const bool real = !(row.identity == Identity::subdomain && picture_.identities.hypothetical);
    const auto result =
        real ? dmarc::evaluate(input, policy.found, facts_).result : result_without_pass(policy.found);
    const auto legacy = dmarc::evaluate_7489(input, policy.legacy).result;
    row.dmarc = dmarc::to_string(result);
    row.rfc9989 = outcome_of(result, row.policy);
    row.rfc7489 = passes_7489(row.from, policy, senders) ? Disposition::deliver
                                                         : outcome_of(legacy, policy_of(policy.legacy));
    explain(row, policy, result, check);
    if (row.rfc9989 == Disposition::deliver || row.rfc9989 == Disposition::unknown) return;
    for (const auto& sender : senders) {
      if (sender.beside.empty()) continue;
      row.why += fmt::format("; {} names his address, so what else it names is taken to let in no other",
                             sender.beside);
      break;
    }
  }

  // The moves of which nobody can tell whether they pass: what they would get past is unknown. A column that
  // delivers stays so.
  void doubt(SpoofRow& row, const PolicyPicture& policy, const std::vector<Sender>& senders) {
    for (const auto& sender : senders) {
      const bool failed = sender.outcome.result == spf::Result::temperror;
      if (sender.doubt.empty() && !failed && !sender.passes()) continue;
      const dmarc::Input input{row.from, dmarc::Identity{sender.domain, dmarc::Check::pass}, {}};
      const auto verdict = dmarc::evaluate(input, policy.found, facts_);
      const auto legacy = dmarc::evaluate_7489(input, policy.legacy);
      const bool now = spoil(row.rfc9989, verdict.result, sender);
      const bool before = spoil(row.rfc7489, legacy.result, sender);
      if (!now && !before) continue;
      if (now) {
        row.dmarc = dmarc::to_string(dmarc::Result::temperror);
        row.decided_by.clear();
      }
      row.why =
          !sender.doubt.empty() ? sender.doubt
          : failed ? fmt::format("the SPF record of {} could not be looked up", sender.domain.text())
                   : fmt::format("SPF lets {} send as {}, and whether that is aligned is unknown: {}",
                                 sender.address.text(), sender.domain.text(), now ? verdict.why : legacy.why);
    }
  }

  // Whether a move that may pass leaves open what a column says. An uncertain pass (a doubt, a failed lookup)
  // does when it would be aligned; a certain one when its alignment is unknown.
  static bool spoil(Disposition& column, dmarc::Result result, const Sender& sender) {
    const bool open =
        result == dmarc::Result::temperror || (result == dmarc::Result::pass && !sender.passes());
    if (!open || column == Disposition::deliver || column == Disposition::unknown) return false;
    column = Disposition::unknown;
    return true;
  }

  static dmarc::Result result_without_pass(const dmarc::Discovery& found) {
    switch (found.status) {
      case dmarc::Discovery::Status::found:
        return dmarc::Result::fail;
      case dmarc::Discovery::Status::none:
        return dmarc::Result::none;
      case dmarc::Discovery::Status::unusable:
        return dmarc::Result::permerror;
      case dmarc::Discovery::Status::temperror:
        return dmarc::Result::temperror;
    }
    return dmarc::Result::temperror;
  }

  // Aligned by the public suffix list where it is not by the tree walk.
  [[nodiscard]] static bool passes_7489(const dns::Name& from, const PolicyPicture& policy,
                                        const std::vector<Sender>& senders) {
    return std::any_of(senders.begin(), senders.end(), [&](const Sender& sender) {
      if (!sender.passes()) return false;
      const dmarc::Input input{from, dmarc::Identity{sender.domain, dmarc::Check::pass}, {}};
      return dmarc::evaluate_7489(input, policy.legacy).result == dmarc::Result::pass;
    });
  }

  // A MAIL FROM that SPF lets pass and that is aligned. For a receiver of the other generation it may be
  // aligned or not; then the row shows for each what it does.
  bool try_passing(SpoofRow& row, const PolicyPicture& policy, const std::vector<Sender>& senders) {
    for (const auto& sender : senders) {
      if (!sender.passes()) continue;
      const dmarc::Input input{row.from, dmarc::Identity{sender.domain, dmarc::Check::pass}, {}};
      if (dmarc::evaluate(input, policy.found, facts_).result != dmarc::Result::pass) continue;
      row.dmarc = "pass";
      row.address = sender.address.text();
      row.rfc9989 = Disposition::deliver;
      row.rfc7489 =
          passes_7489(row.from, policy, senders)
              ? Disposition::deliver
              : outcome_of(dmarc::evaluate_7489(input, policy.legacy).result, policy_of(policy.legacy));
      row.decided_by = fmt::format("{} {}", sender.outcome.record_name().text(), sender.outcome.term_text());
      row.why =
          fmt::format("SPF lets {} send as {}, and that passes DMARC", row.address, sender.domain.text());
      if (!sender.how.empty()) {
        row.why += fmt::format(": {}", sender.how);
      } else if (row.origin == Origin::shared) {
        row.why += fmt::format(", unless {} stops its other customers from using the domain", row.via);
      }
      return true;
    }
    return false;
  }

  static void explain(SpoofRow& row, const PolicyPicture& policy, dmarc::Result result, dmarc::Check check) {
    const auto& found = policy.found;
    const auto record = found.record
                            ? fmt::format("_dmarc.{} {}={}{}", found.record_name.text(), found.tag,
                                          dmarc::to_string(found.published), found.testing() ? " t=y" : "")
                            : std::string("no DMARC record");
    row.decided_by = record;
    if (row.rfc9989 == Disposition::unknown) {
      row.decided_by.clear();
      row.why = check == dmarc::Check::temperror && found.status != dmarc::Discovery::Status::temperror
                    ? fmt::format("the SPF record of {} could not be looked up", row.from.text())
                    : found.why;
      return;
    }
    switch (result) {
      case dmarc::Result::none:
        row.why =
            row.spf == "fail"
                ? "no DMARC record applies; SPF -all is judged on the envelope sender, which the stranger "
                  "chooses at a domain of his own"
                : "no DMARC record applies, so nothing ties the From field to a sender";
        return;
      case dmarc::Result::permerror:
        row.why = found.why;
        return;
      default:
        break;
    }
    row.why = row.rfc9989 == Disposition::deliver
                  ? fmt::format("{}: what fails is delivered", found.why)
                  : fmt::format("nothing that passes is aligned with the From field; {}", found.why);
  }

  const Picture& picture_;
  facts::Facts& facts_;
  std::vector<SpoofRow> rows_;
};

}  // namespace

std::vector<SpoofRow> spoofing_table(const Picture& picture, facts::Facts& facts) {
  return Table(picture, facts).rows();
}

const SpoofRow& stranger_row(const std::vector<SpoofRow>& rows, SpoofRow::Identity identity) {
  return *std::find_if(rows.begin(), rows.end(), [&](const SpoofRow& row) {
    return row.identity == identity && row.origin == SpoofRow::Origin::stranger;
  });
}

}  // namespace rampart::audit
