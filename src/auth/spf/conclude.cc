#include "auth/spf/conclude.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "auth/spf/simplify.h"

namespace rampart::spf {
namespace {

using Kind = Issue::Kind;

Issue& report(Analysis& analysis, Kind kind, std::size_t at, Span term = {}) {
  analysis.issues.push_back({.kind = kind, .node = at, .term = term});
  return analysis.issues.back();
}

void judge_costs(Analysis& analysis, const AnalysisOptions& options) {
  const Node& root = analysis.root();
  if (root.lookups > options.limits.lookups) {  // RFC 7208 section 4.6.4
    report(analysis, Kind::over_lookup_limit, 0).number = static_cast<std::uint64_t>(root.lookups);
  }
  for (const auto& [voids, clients] : {std::pair(root.voids4, "IPv4"), std::pair(root.voids6, "IPv6")}) {
    if (voids <= options.limits.voids) continue;
    Issue& issue = report(analysis, Kind::over_void_limit, 0);
    issue.number = static_cast<std::uint64_t>(voids);
    issue.detail = clients;
  }
}

// The `all` of a record, or of the record that it hands over to.
struct End {
  std::size_t node = 0;
  std::optional<Term> all;
  bool handed_over = false;  // by a redirect to a record that cannot be read
};

End end_of(const Analysis& analysis) {
  End end;
  for (std::set<std::size_t> seen; seen.insert(end.node).second;) {
    const Node& node = analysis.nodes[end.node];
    const Record record = parse(node.text);
    if (const Term* all = record.find(TermKind::all)) {
      end.all = *all;
      return end;
    }
    const auto redirect = std::ranges::find(node.links, true, &Link::redirect);
    if (redirect == node.links.end()) {
      end.handed_over = record.find(TermKind::redirect) != nullptr || node.state != RecordState::record;
      return end;
    }
    end.node = redirect->node;
  }
  end.handed_over = true;
  return end;
}

void judge_end(Analysis& analysis) {
  const End end = end_of(analysis);
  if (!end.all) {
    if (!end.handed_over) report(analysis, Kind::no_all, end.node);
    return;
  }
  analysis.all = end.all->qualifier;
  if (*analysis.all == Qualifier::neutral) report(analysis, Kind::neutral_all, end.node, end.all->span);
  if (*analysis.all == Qualifier::softfail) report(analysis, Kind::softfail_all, end.node, end.all->span);
}

// A pass for everybody, in the record itself or in one whose pass is taken over.
void judge_pass_all(Analysis& analysis) {
  for (std::size_t i = 0; i < analysis.nodes.size(); ++i) {
    if (!analysis.nodes[i].authorises || analysis.nodes[i].state != RecordState::record) continue;
    const Record record = parse(analysis.nodes[i].text);
    const Term* all = record.find(TermKind::all);
    if (all != nullptr && all->qualifier == Qualifier::pass) report(analysis, Kind::pass_all, i, all->span);
  }
}

void judge_breadth(Analysis& analysis, const AnalysisOptions& options) {
  if (analysis.has(Kind::pass_all)) return;
  const std::uint64_t count = analysis.authorised.ipv4_count();
  if (count >= options.near_all_ipv4_count) {
    report(analysis, Kind::near_all, 0).number = count;
  } else if (count >= options.wide_ipv4_count) {
    report(analysis, Kind::wide, 0).number = count;
  }
}

// An address of a prefix that looks like a host's: not the network's own where there are others.
base::IpAddress host_in(const Network& network) {
  const auto base = network.address.masked(network.length);
  if (network.length + 1 >= base.bits()) return base;
  std::string bytes(reinterpret_cast<const char*>(base.bytes().data()), base.bytes().size());
  bytes.back() = static_cast<char>(bytes.back() | 1);
  return base::IpAddress::from_bytes(bytes).value_or(base);
}

// The first address that a record and those whose pass it takes over let in, and that the domain's own record
// passes: in the order of the terms.
std::optional<base::IpAddress> first_address(const Analysis& analysis, std::size_t at, bool v4,
                                             std::set<std::size_t>& seen) {
  if (!seen.insert(at).second) return std::nullopt;
  const Node& node = analysis.nodes[at];
  for (const Network& network : node.networks) {
    if (network.address.is_v4() != v4) continue;
    const auto ip = host_in(network);
    if (analysis.authorised.contains(ip)) return ip;
  }
  for (const Link& link : node.links) {
    if (!link.redirect && link.qualifier != Qualifier::pass) continue;
    if (auto found = first_address(analysis, link.node, v4, seen)) return found;
  }
  return std::nullopt;
}

}  // namespace

void conclude(Analysis& analysis, const AnalysisOptions& options) {
  analysis.authorised = analysis.root().passes;
  analysis.complete = analysis.root().complete;
  if (analysis.root().state == RecordState::record) {
    judge_costs(analysis, options);
    judge_end(analysis);
    judge_pass_all(analysis);
    judge_breadth(analysis, options);
    analysis.simpler = simplify(parse(analysis.root().text));
  }
  std::ranges::sort(analysis.issues, {}, [](const Issue& issue) {
    return std::tuple(issue.node, issue.term.offset, issue.kind, issue.target);
  });
}

std::string_view to_string(Issue::Kind kind) {
  constexpr std::string_view kNames[] = {
      "no_record",
      "several_records",
      "record_unknown",
      "syntax",
      "misplaced_version",
      "sender_id",
      "over_lookup_limit",
      "over_void_limit",
      "over_mx_limit",
      "large",
      "no_target_record",
      "target_record_unknown",
      "void_host",
      "host_unknown",
      "unregistered",
      "loop",
      "too_much",
      "dynamic",
      "pass_all",
      "near_all",
      "wide",
      "neutral_all",
      "softfail_all",
      "no_all",
      "shared",
      "after_all",
      "redirect_ignored",
      "ptr",
      "repeated",
      "shadowed",
      "unknown_modifier",
      "exp_target",
  };
  static_assert(std::size(kNames) == static_cast<std::size_t>(Kind::exp_target) + 1);
  return kNames[static_cast<std::size_t>(kind)];
}

bool Analysis::has(Issue::Kind kind) const {
  return std::ranges::any_of(issues, [&](const Issue& issue) { return issue.kind == kind; });
}

std::string_view Analysis::term_text(const Issue& issue) const {
  const std::string_view text = nodes[issue.node].text;
  return issue.term.offset <= text.size() ? text.substr(issue.term.offset, issue.term.length)
                                          : std::string_view();
}

std::optional<SharedAddress> shared_address(const Analysis& analysis) {
  for (const bool listed : {true, false}) {
    for (const SharedInclude& include : analysis.shared) {
      if ((include.sender != nullptr) != listed) continue;
      for (const bool v4 : {true, false}) {
        std::set<std::size_t> seen;
        const auto ip = first_address(analysis, include.node, v4, seen);
        if (!ip) continue;
        const dns::Name& name = analysis.nodes[include.node].name;
        return SharedAddress{.ip = *ip,
                             .include = name,
                             .owner = listed ? std::string(include.sender->name) : name.text(),
                             .shared = listed};
      }
    }
  }
  return std::nullopt;
}

}  // namespace rampart::spf
