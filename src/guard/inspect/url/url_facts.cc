#include "guard/inspect/url/url_facts.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "dns/confusables.h"
#include "dns/domain.h"
#include "dns/known_suffix.h"

namespace rampart::guard::url {
namespace {

constexpr std::string_view kNames[] = {
    "ip-host",      "odd-ip",       "private-ip",    "user-info",    "user-like-host", "odd-port",
    "odd-spelling", "encoded-host", "mapped-host",   "invalid-host", "punycode",       "deceptive-label",
    "confusable",   "shortener",    "free-hosting",  "file-sharing", "form-builder",   "embedded-domain",
    "many-labels",  "random-path",  "opaque-scheme", "data-url",     "script-url",     "cut"};
static_assert(std::size(kNames) == kUrlFacts);

// Suffixes of one label that a domain within a name is looked for below: others (.me, .to, .in) are words, too.
constexpr std::array<std::string_view, 12> kPlainSuffixes{"com", "net", "org",  "gov",  "edu",   "mil",
                                                          "int", "biz", "info", "bank", "co.uk", "eu"};

class Examiner {
 public:
  Examiner(const Url& url, const LinkServices& services) : url_(url), services_(services) {}

  UrlFacts examine() {
    look_at_writing();
    look_at_scheme();
    if (url_.host_kind == HostKind::domain) look_at_name();
    if (is_special(url_.scheme)) set(UrlFact::random_path, has_random_segment());
    out_.shown_host =
        url_.host_kind == HostKind::domain ? dns::display(url_.name) : base::printable(url_.host);
    return std::move(out_);
  }

 private:
  void set(UrlFact fact, bool is_so = true) {
    out_.bits |= static_cast<std::uint32_t>(is_so) << static_cast<unsigned>(fact);
  }

  void look_at_writing() {
    const bool is_ip = url_.host_kind == HostKind::ipv4 || url_.host_kind == HostKind::ipv6;
    set(UrlFact::ip_host, is_ip);
    set(UrlFact::odd_ip, url_.is(kNumberHost));
    set(UrlFact::private_ip, is_ip && !base::is_public(url_.address));
    set(UrlFact::user_info, url_.is(kUserinfo));
    set(UrlFact::user_like_host, url_.is(kUserLooksLikeHost));
    set(UrlFact::odd_port, url_.port != 0);
    set(UrlFact::odd_spelling, url_.is(kBackslash) || url_.is(kSlashes) || url_.is(kWhiteSpace));
    set(UrlFact::encoded_host, url_.is(kPercentHost));
    set(UrlFact::mapped_host, url_.is(kMappedHost) || url_.is(kIgnoredInHost));
    set(UrlFact::invalid_host, url_.host_kind == HostKind::invalid);
    set(UrlFact::cut, url_.is(kCut));
  }

  void look_at_scheme() {
    static constexpr std::array<std::string_view, 6> kHarmless{"http", "https", "mailto",
                                                               "tel",  "sms",   "cid"};
    const auto& scheme = url_.scheme;
    set(UrlFact::data_url, scheme == "data");
    set(UrlFact::script_url, scheme == "javascript" || scheme == "vbscript");
    set(UrlFact::opaque_scheme, std::ranges::find(kHarmless, scheme) == kHarmless.end() && scheme != "data" &&
                                    scheme != "javascript" && scheme != "vbscript");
  }

  void look_at_name() {
    const auto& name = url_.name;
    for (unsigned i = 0; i < name.label_count(); ++i) look_at_label(name.label(i));
    if (out_.has(UrlFact::confusable)) {
      const auto skeleton = dns::skeleton(dns::unmasked(name));
      out_.looks_like = base::printable(skeleton);
    }
    const auto registered = url_.registered();
    if (registered) {
      const auto below = name.label_count() - registered->label_count();
      set(UrlFact::many_labels, below >= kManyLabels);
      look_for_domain(below);
    }
    look_at_service();
  }

  void look_at_label(std::string_view label) {
    if (!label.starts_with("xn--")) return;
    set(UrlFact::punycode);
    const auto shape = dns::decode_label(label);
    const auto alone = dns::Name().prepend_label(label);
    if (shape == label || !alone || dns::display(*alone) != label) return;
    // What dns::display does not show deceives, one way or the other.
    const auto skeleton = dns::skeleton(shape);
    const bool is_confusable = !skeleton.empty() && base::is_ascii(skeleton);
    set(is_confusable ? UrlFact::confusable : UrlFact::deceptive_label);
  }

  // paypal.com in paypal.com.evil.example, and in paypal-com.evil.example.
  void look_for_domain(unsigned below) {
    for (unsigned i = 0; i < below && out_.embedded.empty(); ++i) {
      for (unsigned count = 2; count <= 3 && i + count <= below; ++count) try_domain(i, count);
      const auto label = url_.name.label(i);
      for (const auto suffix : kPlainSuffixes) {
        const auto dash = label.size() > suffix.size() + 3 ? label.size() - suffix.size() - 1 : 0;
        if (dash == 0 || label[dash] != '-' || !label.ends_with(suffix)) continue;
        auto core = label.substr(0, dash);
        if (const auto last = core.rfind('-'); last != std::string_view::npos) core.remove_prefix(last + 1);
        if (core.size() >= 3) put_embedded(std::string(core) + "." + std::string(suffix));
      }
    }
  }

  void try_domain(unsigned first, unsigned count) {
    const auto part = url_.name.suffix(url_.name.label_count() - first);
    std::string text;
    for (unsigned i = 0; i < count; ++i) {
      if (i != 0) text += '.';
      text += part.label(i);
    }
    const auto name = dns::Name::from_raw(text);
    if (!name || name->label(0).size() < 3 || name->label(0) == "www" || !dns::has_known_suffix(*name))
      return;
    const auto suffix = dns::public_suffix(*name);
    if (suffix.label_count() + 1 != name->label_count()) return;
    if (suffix.label_count() > 1 || std::ranges::find(kPlainSuffixes, suffix.text()) != kPlainSuffixes.end())
      put_embedded(name->text());
  }

  void put_embedded(std::string domain) {
    const auto own = url_.registered();
    if (own && own->text() == domain) return;
    set(UrlFact::embedded_domain);
    out_.embedded = std::move(domain);
  }

  void look_at_service() {
    const auto service = services_.service(url_.name);
    if (!service) return;
    out_.service = service->host;
    static constexpr std::array kFacts{UrlFact::shortener, UrlFact::free_hosting, UrlFact::file_sharing,
                                       UrlFact::form_builder};
    static_assert(kFacts.size() == kServiceKinds);
    set(kFacts[static_cast<std::size_t>(service->kind)]);
  }

  // Letters of both cases and digits by turns, or hexadecimal of that length: no word.
  [[nodiscard]] bool has_random_segment() const {
    std::string_view rest = url_.path;
    while (!rest.empty()) {
      const auto end = std::min(rest.size(), rest.find_first_of("/._-~%+=,;:", 1));
      if (is_random(rest.substr(0, end))) return true;
      rest.remove_prefix(end);
    }
    return false;
  }

  static bool is_random(std::string_view segment) {
    if (!segment.empty() && !base::is_alnum(segment[0])) segment.remove_prefix(1);
    if (segment.size() < kRandomSegment) return false;
    std::size_t digits = 0;
    std::size_t turns = 0;
    const auto kind = [](char c) { return base::is_digit(c) ? 0 : c >= 'a' && c <= 'z' ? 1 : 2; };
    for (std::size_t i = 0; i < segment.size(); ++i) {
      digits += base::is_digit(segment[i]) ? 1 : 0;
      turns += i != 0 && kind(segment[i]) != kind(segment[i - 1]) ? 1 : 0;
    }
    return digits >= 2 && digits < segment.size() && turns * 4 >= segment.size();
  }

  const Url& url_;
  const LinkServices& services_;
  UrlFacts out_;
};

// The URL or domain that a shown text names.
std::optional<Url> claim(std::string_view text) {
  text = base::trim(text);
  while (!text.empty() && std::string_view("<([\"'").find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
  text = text.substr(0, text.find_first_of(" \n\t>\""));
  while (!text.empty() && std::string_view(")]>\"'.,;:!?").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  if (text.find('@') != std::string_view::npos && text.find("//") == std::string_view::npos)
    return std::nullopt;
  auto url = parse_shown(text);
  if (!url || !url->is_web() || !url->has_host()) return std::nullopt;
  return url;
}

ShownRelation relation_of(const Url& claimed, const Url& target) {
  if (!target.has_host()) return ShownRelation::other_domain;
  if (claimed.host == target.host) return ShownRelation::same_host;
  const auto ours = claimed.registered();
  return ours && ours == target.registered() ? ShownRelation::same_domain : ShownRelation::other_domain;
}

}  // namespace

std::string_view to_string(UrlFact fact) { return kNames[static_cast<std::size_t>(fact)]; }

UrlFacts examine(const Url& url, const LinkServices& services) { return Examiner(url, services).examine(); }

Shown compare_shown(std::string_view text, const Url& target, const LinkServices& services) {
  if (text.size() > kMaxShownText) return {};
  auto claimed = claim(text);
  if (!claimed) return {};
  // "Visit Booking.com today" claims nothing; one word, or a URL at the beginning, does.
  const auto trimmed = base::trim(text);
  const bool is_one_word = trimmed.find_first_of(" \n\t") == std::string_view::npos;
  if (!is_one_word && claimed->is(kNoScheme) && !base::istarts_with(trimmed, "www.")) return {};
  auto relation = relation_of(*claimed, target);
  if (relation == ShownRelation::other_domain && services.rewriter(target) != nullptr) {
    for (const auto& wrapped : unwrap(target, services)) {
      if (!wrapped.is_known) break;
      relation = std::min(relation, relation_of(*claimed, wrapped.url));
    }
  }
  return {.relation = relation, .claimed = std::move(claimed)};
}

}  // namespace rampart::guard::url
