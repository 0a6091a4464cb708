#include "guard/inspect/url/unwrap.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/url/scheme.h"

namespace rampart::guard::url {
namespace {

constexpr std::size_t kShownName = 40;  // bytes of a parameter's name that are kept
constexpr std::size_t kMinBase64 = 12;  // characters: http://a.b has 13

bool is_web_url(std::string_view text) {
  return base::istarts_with(text, "http:") || base::istarts_with(text, "https:");
}

// Base64 of either alphabet, padded or not; nothing when it is none.
std::optional<std::string> lenient_base64(std::string_view text) {
  std::string plain(text);
  while (plain.ends_with('=')) plain.pop_back();
  for (auto& c : plain) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const bool is_base64 =
      plain.size() >= kMinBase64 && plain.size() % 4 != 1 &&
      std::ranges::all_of(plain, [](char c) { return base::is_alnum(c) || c == '+' || c == '/'; });
  if (!is_base64) return std::nullopt;
  plain.append((4 - plain.size() % 4) % 4, '=');
  return base::decode_base64(plain);
}

// A whole URL in a value, whatever it is wrapped in.
std::optional<Url> url_in(std::string_view value) {
  std::string text(value);
  for (unsigned i = 0; i < kMaxDecodings; ++i) {
    if (is_web_url(text)) return parse(text);
    auto decoded = percent_decode(text);
    if (decoded == text) break;
    text = std::move(decoded);
  }
  if (is_web_url(text)) return parse(text);
  const auto decoded = lenient_base64(text);
  if (decoded && is_web_url(*decoded)) return parse(*decoded);
  return std::nullopt;
}

struct Parameter {
  std::string name;  // lower case, decoded
  std::string_view value;
};

std::vector<Parameter> parameters_of(std::string_view query) {
  std::vector<Parameter> out;
  while (!query.empty() && out.size() < kMaxParameters) {
    const auto end = std::min(query.size(), query.find_first_of("&;"));
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(query.size(), end + 1));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) {
      out.push_back({"", pair});
    } else {
      out.push_back({base::lower(percent_decode(pair.substr(0, equals), true)), pair.substr(equals + 1)});
    }
  }
  return out;
}

std::optional<std::string_view> parameter(const Url& url, const Rewriter& rewriter,
                                          const std::vector<Parameter>& all) {
  for (const auto& wanted : rewriter.parameters) {
    const auto found = std::ranges::find(all, wanted, &Parameter::name);
    if (found != all.end()) return found->value;
  }
  // A query that is nothing but the target: /url?https://…
  if (rewriter.decode == Decode::parameter && is_web_url(url.query)) return url.query;
  return std::nullopt;
}

// All behind the host, as it stood.
std::string behind_host(const Url& url) {
  std::string out = url.path;
  if (!url.query.empty()) (out += '?') += url.query;
  if (!url.fragment.empty()) (out += '#') += url.fragment;
  return out;
}

// https-3A__www.example.com_path: - for % and _ for /.
std::optional<Url> urldefense_v2(std::string_view value) {
  std::string text(value);
  for (auto& c : text) c = c == '-' ? '%' : c == '_' ? '/' : c;
  return url_in(text);
}

// __https://example.com/a*b__;Iw!!…: each * stands for the next of the characters that the base64 behind __; holds, **X for
// a run of them, as long as X says.
std::optional<Url> urldefense_v3(std::string_view text) {
  static constexpr std::string_view kLengths =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto begin = text.find("__");
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + 2);
  const auto end = text.rfind("__;");
  if (end == std::string_view::npos) return std::nullopt;
  auto kept = text.substr(end + 3);
  kept = kept.substr(0, kept.find('!'));
  text = text.substr(0, end);
  std::string padded(kept);
  for (auto& c : padded) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (padded.ends_with('=')) padded.pop_back();
  padded.append((4 - padded.size() % 4) % 4, '=');
  const auto replaced = base::decode_base64(padded).value_or("");
  std::string_view left = replaced;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '*') {
      out += text[i];
      continue;
    }
    std::size_t length = 1;
    if (i + 2 < text.size() && text[i + 1] == '*' && kLengths.find(text[i + 2]) != std::string_view::npos) {
      length = kLengths.find(text[i + 2]) + 2;
      i += 2;
    }
    out += left.empty() ? "*" : left.substr(0, length);
    left.remove_prefix(std::min(left.size(), length));
  }
  return url_in(out);
}

// www-example-com.translate.goog/path is www.example.com/path, a -- there a -.
std::optional<Url> translated_host(const Url& url) {
  if (url.name.label_count() < 3) return std::nullopt;
  std::string host;
  const auto label = url.name.label(0);
  for (std::size_t i = 0; i < label.size(); ++i) {
    const bool is_double = label[i] == '-' && i + 1 < label.size() && label[i + 1] == '-';
    host += label[i] == '-' && !is_double ? '.' : label[i];
    if (is_double) ++i;
  }
  if (host.find('.') == std::string::npos) return std::nullopt;
  return parse("https://" + host + behind_host(url));
}

// The target in a path: a whole URL anywhere behind its beginning; in a rewriter's also without scheme, behind what the path
// of all its URLs begins with.
std::optional<Url> in_path(const Url& url, const Rewriter* rewriter) {
  const auto whole = behind_host(url);
  std::string_view path = whole;
  std::string lower = base::lower(path);
  for (const std::string_view scheme :
       {"https:/", "http:/", "https%3a", "http%3a", "https%253a", "http%253a"}) {
    const auto at = lower.substr(0, url.path.size()).find(scheme, 1);
    if (at != std::string::npos) return url_in(path.substr(at));
  }
  for (const auto segment : base::split(std::string_view(whole).substr(0, url.path.size()), '/')) {
    if (!segment.starts_with("aHR0c")) continue;  // http in base64
    if (auto found = url_in(segment)) return found;
  }
  if (rewriter == nullptr || rewriter->path.empty()) return std::nullopt;
  path.remove_prefix(rewriter->path.size());
  if (!path.starts_with("s/")) return parse_shown(path);
  auto out = parse_shown(path.substr(2));  // as AMP marks https
  if (out && out->is(kNoScheme)) out->scheme = "https";
  return out;
}

// A value that is a domain or a URL without its scheme.
std::optional<Url> bare_domain(std::string_view value) {
  const auto decoded = percent_decode(value, true);
  if (decoded.starts_with("//")) return parse(decoded);
  return decoded.find('.') == std::string::npos || decoded.find('@') != std::string::npos
             ? std::nullopt
             : parse_shown(decoded);
}

// What a rewriter means by the value of its parameter.
std::optional<Url> decode_value(const Rewriter& rewriter, std::string_view value) {
  if (rewriter.decode == Decode::urldefense_v2) return urldefense_v2(value);
  auto found = url_in(value);
  // A version before the base64: a1aHR0cHM6….
  if (!found && rewriter.decode == Decode::base64_parameter && value.size() > 2)
    found = url_in(value.substr(2));
  return found ? found : bare_domain(value);
}

std::optional<Url> decode(const Url& url, const Rewriter& rewriter,
                          const std::vector<Parameter>& parameters) {
  if (rewriter.decode == Decode::path) return in_path(url, &rewriter);
  if (rewriter.decode == Decode::urldefense_v3) return urldefense_v3(behind_host(url));
  if (rewriter.decode == Decode::translated_host) return translated_host(url);
  const auto value = parameter(url, rewriter, parameters);
  return value ? decode_value(rewriter, *value) : std::nullopt;
}

class Unwrapper {
 public:
  explicit Unwrapper(const LinkServices& services) : services_(services) {}

  std::vector<Target> all(const Url& url) {
    look_into(url, 1);
    for (std::size_t i = 0; i < out_.size() && out_.size() < kMaxTargets; ++i) {
      const auto had = out_.size();
      if (out_[i].depth < kMaxUnwrapDepth) look_into(Url(out_[i].url), out_[i].depth + 1);
      out_[i].is_final = out_.size() == had;
    }
    return std::move(out_);
  }

 private:
  void add(std::optional<Url> url, std::string by, bool is_known, unsigned depth) {
    if (!url || !url->has_host() || out_.size() == kMaxTargets) return;
    const auto text = url->text();
    if (std::ranges::any_of(out_, [&](const Target& target) { return target.url.text() == text; })) return;
    out_.push_back({.url = *std::move(url), .by = std::move(by), .is_known = is_known, .depth = depth});
  }

  void look_into(const Url& url, unsigned depth) {
    if (!is_special(url.scheme)) return;
    const auto parameters = parameters_of(url.query);
    const auto* rewriter = services_.rewriter(url);
    if (rewriter != nullptr) {
      if (auto target = decode(url, *rewriter, parameters))
        return add(std::move(target), rewriter->id, true, depth);
    }
    for (const auto& [name, value] : parameters) {
      auto found = url_in(value);
      if (!found && services_.is_redirect_parameter(name)) found = bare_domain(value);
      add(std::move(found), name.empty() ? "query" : "parameter " + base::excerpt(name, kShownName), false,
          depth);
    }
    add(in_path(url, nullptr), "path", false, depth);
    add(url_in(url.fragment), "fragment", false, depth);
  }

  const LinkServices& services_;
  std::vector<Target> out_;
};

// --- for block lists ---

constexpr std::size_t kMinToken = 8;                          // bytes: http://a
constexpr std::size_t kLeastWork = 16'384;                    // bytes
constexpr std::string_view kTokenEnds = "&;,|\"'<>()[]{}\\";  // that end a URL within a text, or may

bool is_base64(char c) { return base::is_alnum(c) || c == '+' || c == '/' || c == '-' || c == '_'; }

// Whatever the bytes mean; no padding is looked for.
std::string decode_run(std::string_view run) {
  std::string out;
  out.reserve(run.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : run) {
    const auto value = c >= 'A' && c <= 'Z'   ? c - 'A'
                       : c >= 'a' && c <= 'z' ? c - 'a' + 26
                       : base::is_digit(c)    ? c - '0' + 52
                       : c == '+' || c == '-' ? 62
                                              : 63;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xffU);
  }
  return out;
}

bool has_http(std::string_view text) {
  for (auto at = text.find_first_of("hH"); at != std::string_view::npos;
       at = text.find_first_of("hH", at + 1))
    if (base::istarts_with(text.substr(at), "http")) return true;
  return false;
}

class Gatherer {
 public:
  Gatherer(const LinkServices& services, std::size_t& budget) : services_(services), budget_(budget) {}

  Carried all(const Url& url) {
    const auto size = url.path.size() + url.query.size() + url.fragment.size();
    const auto most = std::min(budget_, std::max(kLeastWork, kMaxCarriedWork * size));
    left_ = most;
    out_.is_cut = url.is(kCut);
    known_.insert(url.text());
    look_into(url, false);
    for (std::size_t i = 0; i < out_.urls.size(); ++i) look_into(Url(out_.urls[i]), is_covered_[i]);
    budget_ -= most - left_;
    return std::move(out_);
  }

 private:
  // False: no more.
  bool spend(std::size_t bytes) {
    if (bytes <= left_) {
      left_ -= bytes;
      return true;
    }
    left_ = 0;
    out_.is_cut = true;
    return false;
  }

  // `is_covered`: what is in it was looked at with the text around it.
  void add(std::optional<Url> url, bool is_covered = false) {
    if (!url || !url->has_host() || !known_.insert(url->text()).second) return;
    if (out_.urls.size() == kMaxCarried) {
      out_.is_cut = true;
      return;
    }
    out_.is_cut = out_.is_cut || url->is(kCut);
    out_.urls.push_back(*std::move(url));
    is_covered_.push_back(is_covered);
  }

  void look_into(const Url& url, bool is_covered) {
    if (!is_special(url.scheme)) {
      if (!is_covered) take(behind_host(url));
    } else {
      const auto* rewriter = services_.rewriter(url);
      if (rewriter != nullptr && spend(url.path.size() + url.query.size())) add(decode(url, *rewriter, {}));
      if (!is_covered) take(url.path);
      take_parameters(url.query, rewriter, is_covered);
      take_parameters(url.fragment, rewriter, is_covered);
    }
    while (!tokens_.empty()) {
      const auto text = std::move(tokens_.back());
      tokens_.pop_back();
      look_at(text);
    }
  }

  void take(std::string_view text) {
    if (text.size() >= kMinToken && spend(text.size())) tokens_.emplace_back(text);
  }

  void take_parameters(std::string_view query, const Rewriter* rewriter, bool is_covered) {
    while (!query.empty()) {
      const auto end = std::min(query.size(), query.find_first_of("&;"));
      const auto pair = query.substr(0, end);
      query.remove_prefix(std::min(query.size(), end + 1));
      if (pair.size() < 4 || !spend(pair.size())) continue;
      const auto equals = pair.find('=');
      const auto value = pair.substr(equals == std::string_view::npos ? 0 : equals + 1);
      const auto name = equals == std::string_view::npos
                            ? std::string()
                            : base::lower(percent_decode(pair.substr(0, equals), true));
      if (rewriter != nullptr && std::ranges::find(rewriter->parameters, name) != rewriter->parameters.end())
        add(decode_value(*rewriter, value));
      if (services_.is_redirect_parameter(name)) add(bare_domain(value));
      if (!is_covered) take(pair);
    }
  }

  // A text as it stands, and decoded again and again.
  void look_at(std::string text) {
    for (unsigned times = 0;; ++times) {
      if (!spend(text.size())) return;
      look_for_urls(text);
      look_for_base64(text);
      if (text.find('%') == std::string::npos) return;
      auto decoded = percent_decode(text);
      if (decoded == text) return;
      if (times == kMaxCarriedDecodings) {
        out_.is_cut = true;
        return;
      }
      text = std::move(decoded);
    }
  }

  void look_for_urls(std::string_view text) {
    for (auto colon = text.find(':'); colon != std::string_view::npos; colon = text.find(':', colon + 1)) {
      const auto begin = scheme_before(text, colon);
      if (begin != std::string_view::npos) put(text.substr(begin));
    }
    // ?to=//host/path
    const auto value = text.substr(std::min(text.find('=') + 1, text.size()));
    if (value.size() > 2 && (value[0] == '/' || value[0] == '\\') && (value[1] == '/' || value[1] == '\\'))
      put(value);
  }

  // To its end, and to the first character that may end it.
  void put(std::string_view text) {
    if (!spend(std::min(text.size(), kMaxUrl))) return;
    add(parse(text.substr(0, kMaxUrl + kMaxHost)), true);
    const auto end = std::ranges::find_if(text, [](char c) {
      return static_cast<unsigned char>(c) <= ' ' || kTokenEnds.find(c) != std::string_view::npos;
    });
    const auto length = static_cast<std::size_t>(end - text.begin());
    if (length != text.size()) add(parse(text.substr(0, length)), true);
  }

  void look_for_base64(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const auto begin = at;
      while (at < text.size() && is_base64(text[at])) ++at;
      const auto run = text.substr(begin, at - begin);
      ++at;
      if (run.size() < kMinBase64) continue;
      decode_from(run);
      if (run.find('/') == std::string_view::npos) continue;
      for (const auto segment : base::split(run, '/'))
        if (segment.size() >= kMinBase64) decode_from(segment);
    }
  }

  // It may begin anywhere: behind a version, a name.
  void decode_from(std::string_view run) {
    for (std::size_t shift = 0; shift < 4; ++shift) {
      if (!spend(run.size() / 2)) return;
      auto text = decode_run(run.substr(shift));
      if (has_http(text)) take(text);
    }
  }

  const LinkServices& services_;
  std::size_t& budget_;
  Carried out_;
  std::vector<bool> is_covered_;  // by the same index as out_.urls
  std::set<std::string> known_;
  std::vector<std::string> tokens_;
  std::size_t left_ = 0;  // bytes that are looked at yet
};

}  // namespace

std::vector<Target> unwrap(const Url& url, const LinkServices& services) {
  return Unwrapper(services).all(url);
}

Carried unwrap_all(const Url& url, const LinkServices& services, std::size_t& left) {
  return Gatherer(services, left).all(url);
}

}  // namespace rampart::guard::url
