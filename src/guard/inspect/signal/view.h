// A message as its signals look at it: its links by what they have to do with its author, the brands that it speaks for, and what its
// words say; made once for all of them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guard/inspect/signal/signal.h"

namespace rampart::guard::signal {

// A link that is followed, or a code to be scanned, by where it leads as far as that can be known.
struct LinkView {
  const SeenLink* link = nullptr;
  std::string_view host;                 // within known rewriters, what they wrap
  std::string_view registered;           // empty of an address
  const url::UrlFacts* facts = nullptr;  // of the same
  const names::Brand* owner = nullptr;   // whose host it is; null: none that is known
  bool is_related = false;      // to the author: the same domain or brand, or it carries a URL of one
  bool is_ours = false;         // leads to the reader's own organisation
  bool is_small_print = false;  // "unsubscribe" and the like
  double action = 0;            // how much it asks to be clicked: words or a picture instead of a URL

  [[nodiscard]] bool is_away() const { return !is_related && !is_ours; }
};

// A brand that the message speaks for and that its author is none of.
struct Claim {
  const names::Brand* brand = nullptr;
  double strength = 0;     // over 0, to 1
  std::string_view place;  // "its sender's name", "its subject", "its title", "a picture", "its text"
  bool is_header = false;
};

class View {
 public:
  explicit View(const Facts& facts);
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  const Facts& facts;
  const Inspected& seen;
  const names::NameFacts& names;
  std::string_view text;                // shown, the beginning
  std::vector<LinkView> links;          // in the body
  std::vector<LinkView> file_links;     // in attachments, and codes to be scanned
  std::vector<Claim> claims;            // the strongest first
  std::vector<std::string> recipients;  // in lower case, without the author
  bool names_recipients = false;        // in To or Cc
  std::string_view message_part;        // of the body, "1.2"

  // How much links lead away from the author: 1 when all do, less when some stay, 0 when none does.
  [[nodiscard]] double away() const { return away_; }
  [[nodiscard]] const LinkView* first_away() const { return first_away_; }
  // The strongest of those that ask for a click and lead away; null: none does.
  [[nodiscard]] const LinkView* action_away() const { return action_away_; }
  // How much it speaks of something; 0: not at all.
  [[nodiscard]] double says(words::Kind kind) const { return says_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const words::Found* found(words::Kind kind) const;
  // Answers go where its author is not.
  [[nodiscard]] bool is_diverted() const;

 private:
  void read_recipients();
  void read_links();
  void read_words();
  void read_claims();
  [[nodiscard]] LinkView view_of(const SeenLink& link) const;
  [[nodiscard]] bool is_author(std::string_view host, std::string_view registered) const;
  void claim(const names::Brand* brand, double strength, std::string_view place, bool is_header);
  void claim_all(std::string_view shown, double strength, std::string_view place);

  double away_ = 0;
  const LinkView* first_away_ = nullptr;
  const LinkView* action_away_ = nullptr;
  std::array<double, words::kKinds> says_{};
};

// Whose domain a host is, without regard to what cannot be a name.
const names::Brand* owner_of(std::string_view host, const names::BrandRegistry& brands);
// The label that somebody registered: "example" of "example.co.uk". A view of `registered`.
std::string_view core_of(std::string_view registered);

}  // namespace rampart::guard::signal
