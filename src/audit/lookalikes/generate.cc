#include "audit/lookalikes/generate.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "audit/lookalikes/tables.h"
#include "base/text.h"
#include "dns/confusables.h"
#include "dns/domain.h"

namespace rampart::audit::lookalikes {
namespace {

using Text = std::u32string;
using View = std::u32string_view;

constexpr std::size_t kMaxKept =
    4 * GenerateOptions::kMaxCandidates;  // ours: what one name may take of memory
constexpr std::size_t kMaxJoined = 4;     // labels that are joined to the name; ours

Text wide(std::string_view ascii) { return {ascii.begin(), ascii.end()}; }

bool is_ascii(char32_t c) { return c < 0x80; }

// Edit distance over characters: each distinct one stands for one byte.
std::size_t distance(View a, View b) {
  std::map<char32_t, char> bytes;
  const auto coded = [&](View text) {
    std::string out;
    for (const char32_t c : text) out += bytes.try_emplace(c, static_cast<char>(bytes.size())).first->second;
    return out;
  };
  const auto first = coded(a);
  return base::edit_distance(first, coded(b), dns::kMaxLabel);
}

// The keys around a key, in the order of the rows.
std::string neighbours(char key) {
  std::string out;
  for (std::size_t row = 0; row < kKeyRows.size(); ++row) {
    const auto place = kKeyRows[row].find(key);
    if (place == std::string_view::npos) continue;
    const auto add = [&](std::size_t in, std::size_t at) {
      if (in < kKeyRows.size() && at < kKeyRows[in].size()) out += kKeyRows[in][at];
    };
    // Each row stands half a key to the right of the one above.
    add(row - 1, place);
    add(row - 1, place + 1);
    add(row, place - 1);
    add(row, place + 1);
    add(row + 1, place - 1);
    add(row + 1, place);
  }
  return out;
}

class Generator {
 public:
  Generator(const dns::Name& domain, const GenerateOptions& options)
      : domain_(domain),
        suffix_(domain.parent()),
        label_(dns::code_points(dns::decode_label(domain.label(0))).value_or(Text())),
        shape_(dns::skeleton(dns::to_utf8(label_))),
        options_(options) {}

  void run(const dns::Name& name) {
    if (label_.empty()) return;  // a label of odd bytes, which nobody writes
    homoglyphs();
    shapes();
    suffixes();
    joined(name);
    words();
    typing();
    hyphens();
    bit_flips();
    under_other_suffixes();
  }

  Generated take() {
    Generated out{.domain = domain_, .candidates = {}, .left_out = 0};
    out.candidates.reserve(found_.size());
    for (auto& [name, found] : found_) out.candidates.push_back(judged(name, found));
    std::ranges::sort(out.candidates, [](const Candidate& a, const Candidate& b) {
      return std::tuple(a.steps, a.kinds.front(), a.distance, a.name.text()) <
             std::tuple(b.steps, b.kinds.front(), b.distance, b.name.text());
    });
    const auto limit = std::min(options_.limit, GenerateOptions::kMaxCandidates);
    if (out.candidates.size() > limit) {
      out.left_out = out.candidates.size() - limit;
      out.candidates.resize(limit);
    }
    return out;
  }

 private:
  struct Found {
    std::set<Kind> kinds;
    unsigned steps = 1;
  };

  void add(View label, const dns::Name& suffix, const std::set<Kind>& kinds, unsigned steps) {
    if (found_.size() >= kMaxKept || label.size() > dns::kMaxLabel) return;
    const auto encoded = dns::encode_label(dns::to_utf8(label));
    const auto name = encoded ? suffix.prepend_label(*encoded) : std::nullopt;
    if (!name || *name == domain_ || dns::registered_domain(*name) != *name) return;
    const auto is_ours = [&](const dns::Name& own) { return name->is_within(own) || own.is_within(*name); };
    if (std::ranges::any_of(options_.ours, is_ours)) return;
    const auto [at, is_new] = found_.try_emplace(*name, Found{{}, steps});
    if (at->second.steps < steps) return;  // it is there for a simpler reason
    at->second.kinds.insert(kinds.begin(), kinds.end());
  }
  void add(View label, const dns::Name& suffix, Kind kind) { add(label, suffix, std::set{kind}, 1); }
  void add(View label, Kind kind) {
    add(label, suffix_, kind);
    if (label != label_) changed_[Text(label)].insert(kind);
  }

  // Where a suffix is not for everybody (gov.pk), a changed name is registered below another: the country's own, or
  // the commonest.
  void under_other_suffixes() {
    std::vector<dns::Name> suffixes;
    const auto country = suffix_.suffix(1);
    const auto take = [&](const std::optional<dns::Name>& suffix) {
      if (suffix && *suffix != suffix_ && dns::public_suffix(*suffix) == *suffix) suffixes.push_back(*suffix);
    };
    for (const std::string_view common : {"com", "net", "org"}) take(dns::Name::try_parse(common));
    if (country.label(0).size() == 2) {
      take(country);
      for (const std::string_view second : {"com", "net", "org"}) take(country.prepend_label(second));
    }
    for (const auto& suffix : suffixes) {
      for (const auto& [label, kinds] : changed_) {
        auto both = kinds;
        both.insert(Kind::suffix);
        add(label, suffix, both, 2);
      }
    }
  }

  // The label with `count` characters from `at` on replaced.
  [[nodiscard]] Text with(std::size_t at, std::size_t count, View text) const {
    return Text(label_).replace(at, count, text);
  }

  // What a letter may be replaced by. l and the dotless i of other scripts are the same stroke.
  static std::vector<dns::LookAlike> look_alikes_of(char32_t c) {
    const auto own = dns::look_alikes(c);
    std::vector<dns::LookAlike> out(own.begin(), own.end());
    if (c != U'l') return out;
    for (const auto& other : dns::look_alikes(U'i')) {
      if (!other.marked && !is_ascii(other.character)) out.push_back(other);
    }
    return out;
  }

  void homoglyphs() {
    std::set<int> scripts;
    std::set<char32_t> done;
    for (std::size_t i = 0; i < label_.size(); ++i) {
      for (const auto& other : look_alikes_of(label_[i])) {
        if (is_ascii(label_[i]) && is_ascii(other.character)) continue;  // shapes() has them
        const View one(&other.character, 1);
        const auto kind = other.marked ? Kind::accent : Kind::homoglyph;
        add(with(i, 1, one), kind);
        if (!other.marked) scripts.insert(other.script);
        if (other.marked || done.contains(label_[i])) continue;
        Text all(label_);
        std::ranges::replace(all, label_[i], other.character);
        add(all, kind);
      }
      done.insert(label_[i]);
    }
    // The whole name in another script: what registries that refuse mixtures let through.
    for (const int script : scripts) whole(script);
  }

  void whole(int script) {
    Text all;
    for (const char32_t c : label_) {
      const auto others = look_alikes_of(c);
      const auto fits = [&](const dns::LookAlike& other) { return other.script == script && !other.marked; };
      const auto other = std::ranges::find_if(others, fits);
      if (other == others.end() && c != U'-' && !(c >= U'0' && c <= U'9')) return;
      all += other == others.end() ? c : other->character;
    }
    add(all, Kind::homoglyph);
  }

  void shapes() {
    for (const auto& [one, other] : kShapes) {
      reshape(wide(one), wide(other));
      reshape(wide(other), wide(one));
    }
  }

  void reshape(View from, View to) {
    Text all;
    std::size_t rest = 0;
    for (auto at = label_.find(from); at != Text::npos; at = label_.find(from, at + 1)) {
      add(with(at, from.size(), to), Kind::ascii);
      if (at < rest) continue;
      all += View(label_).substr(rest, at - rest);
      all += to;
      rest = at + from.size();
    }
    if (rest != 0) add(all += View(label_).substr(rest), Kind::ascii);
  }

  // The suffixes that any name may be registered under, then those of the domain's own country.
  [[nodiscard]] std::vector<dns::Name> other_suffixes() const {
    std::vector<dns::Name> out;
    const auto take = [&](const std::optional<dns::Name>& suffix) {
      if (!suffix || *suffix == suffix_ || dns::public_suffix(*suffix) != *suffix) return;
      if (std::ranges::find(out, *suffix) == out.end()) out.push_back(*suffix);
    };
    for (const auto suffix : kSuffixes) take(dns::Name::try_parse(suffix));
    const auto top = suffix_.suffix(1);
    if (top.label(0).size() != 2 && suffix_.label_count() == 1) return out;
    take(top);
    for (const auto label : kSecondLabels) take(top.prepend_label(label));
    return out;
  }

  void suffixes() {
    for (const auto& suffix : other_suffixes()) add(label_, suffix, Kind::suffix);
  }

  // Dots that became hyphens, or were forgotten: below a shorter suffix of the domain's own, below the commonest
  // others, and with what stands before the registered domain.
  void joined(const dns::Name& name) {
    const auto own = suffix_.label_count();
    for (const std::string_view mark : {"-", ""}) {
      Text behind(label_);
      for (unsigned taken = 1; taken <= own && taken <= kMaxJoined; ++taken) {
        behind += wide(mark) + wide(suffix_.label(taken - 1));
        if (taken < own) add(behind, suffix_.suffix(own - taken), Kind::joined);
        for (const std::string_view common : {"com", "net", "org", "info", "online"})
          add(behind, *dns::Name::try_parse(common), Kind::joined);
      }
      Text before(label_);
      const auto below = name.label_count() - domain_.label_count();
      for (unsigned taken = 0; taken < below && taken < kMaxJoined; ++taken) {
        const auto part = dns::code_points(dns::decode_label(name.label(below - 1 - taken)));
        if (!part) break;
        before.insert(0, *part + wide(mark));
        add(before, Kind::joined);
      }
    }
    add(wide("www") + label_, Kind::joined);
    add(wide("www-") + label_, Kind::joined);
  }

  void words() {
    for (const auto text : kWords) {
      const auto word = wide(text);
      for (const std::string_view mark : {"-", ""}) {
        add(word + wide(mark) + label_, Kind::word);
        add(label_ + wide(mark) + word, Kind::word);
      }
    }
  }

  void typing() {
    for (std::size_t i = 0; i < label_.size(); ++i) {
      add(with(i, 1, {}), Kind::omission);
      if (i + 1 < label_.size()) add(with(i, 2, Text{label_[i + 1], label_[i]}), Kind::transposition);
      add(with(i, 0, Text{label_[i]}), Kind::doubling);
      if (!is_ascii(label_[i])) continue;
      for (const char key : neighbours(static_cast<char>(label_[i]))) {
        const Text one(1, static_cast<char32_t>(key));
        add(with(i, 1, one), Kind::neighbour);
        add(with(i, 0, one), Kind::insertion);
        add(with(i + 1, 0, one), Kind::insertion);
      }
    }
  }

  void hyphens() {
    for (std::size_t i = 1; i < label_.size(); ++i) add(with(i, 0, U"-"), Kind::hyphen);
    for (std::size_t i = 0; i < label_.size(); ++i) {
      if (label_[i] == U'-') add(with(i, 1, {}), Kind::hyphen);
    }
    Text bare(label_);
    std::erase(bare, U'-');
    add(bare, Kind::hyphen);
  }

  void bit_flips() {
    for (std::size_t i = 0; i < label_.size(); ++i) {
      if (!is_ascii(label_[i])) continue;
      for (unsigned bit = 0; bit < 7; ++bit) {
        const char flipped = static_cast<char>(label_[i] ^ (1U << bit));
        if (base::to_lower(flipped) != flipped || !(base::is_alnum(flipped) || flipped == '-')) continue;
        add(with(i, 1, Text(1, static_cast<char32_t>(flipped))), Kind::bit_flip);
      }
    }
  }

  [[nodiscard]] Candidate judged(const dns::Name& name, const Found& found) const {
    Candidate out{.name = name, .kinds = {found.kinds.begin(), found.kinds.end()}, .steps = found.steps};
    const auto utf8 = dns::decode_label(name.label(0));
    const auto text = dns::code_points(utf8).value_or(Text());
    const bool same = !shape_.empty() && dns::skeleton(utf8) == shape_;
    auto edits = same ? 0 : distance(text, label_);
    if (name.parent() != suffix_) ++edits;
    out.distance = static_cast<unsigned>(edits);
    const auto whole = std::max(text.size(), label_.size());
    out.similarity = static_cast<unsigned>(100 * (whole - std::min(edits, whole)) / whole);
    return out;
  }

  dns::Name domain_;
  dns::Name suffix_;
  Text label_;  // of the domain, without its suffix
  std::string shape_;
  const GenerateOptions& options_;
  std::map<dns::Name, Found> found_;
  std::map<Text, std::set<Kind>> changed_;  // labels made so far, for other suffixes
};

}  // namespace

std::string_view to_string(Kind kind) {
  constexpr std::array<std::string_view, kKinds> kNames{
      "homoglyph",     "ascii",    "accent",    "suffix",    "joined", "word",     "omission",
      "transposition", "doubling", "neighbour", "insertion", "hyphen", "bit-flip",
  };
  return kNames[static_cast<std::size_t>(kind)];
}

Generated generate(const dns::Name& name, const GenerateOptions& options) {
  const auto domain = dns::registered_domain(name);
  if (!domain) return {.domain = name, .candidates = {}, .left_out = 0};
  Generator generator(*domain, options);
  generator.run(name);
  return generator.take();
}

}  // namespace rampart::audit::lookalikes
