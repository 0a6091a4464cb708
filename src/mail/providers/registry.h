// The provider registry: who hosts, sends, filters and forwards mail for others, and by which marks one knows him
// (docs/sources.md). Data, and looking it up; what a mark proves is for the reader to decide.
//
//   [[provider]]
//   id = "sendgrid"
//   name = "SendGrid"
//   kind = "transactional"
//   spf = ["sendgrid.net"]
//   dkim = ["sendgrid.net"]
//   ptr = ["sendgrid.net"]
//   selectors = ["s1", "s2"]
//   source = "https://www.twilio.com/docs/sendgrid/…"
//   enable = "Authenticate the domain under Sender Authentication and publish the three CNAME records."
//
//   const auto& registry = built_in_registry();
//   registry.find(MarkKind::ptr, "o1.ptr1234.sendgrid.net")   // SendGrid, by "sendgrid.net"
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/ip.h"
#include "base/result.h"

namespace rampart::mail {

// All our own.
inline constexpr std::size_t kMaxRegistryBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxProviders = 2000;
inline constexpr std::size_t kMaxMarks = 100;          // of one kind, of one provider
inline constexpr std::size_t kMaxProviderText = 1000;  // bytes of one text

enum class ProviderKind : std::uint8_t {
  mailbox,        // hosts mailboxes, and forwards for them
  bulk,           // newsletters and campaigns
  transactional,  // mail that programs send
  gateway,        // filters or stamps mail on its way in and out
  helpdesk,
  crm,
  business,    // invoices, signatures, shops, meetings: mail as a part of something else
  hosting,     // rents out machines: the name says where a sender stands, not who he is
  isp,         // connects people: the same
  forwarding,  // hands on mail to where its receiver reads it
  lists,       // mailing lists
  own,         // the owner's own servers; only in files of his own
};
inline constexpr std::size_t kProviderKinds = static_cast<std::size_t>(ProviderKind::own) + 1;
std::string_view to_string(ProviderKind kind);
// Whether the name of a machine there says who sends: not of hosting and isp.
bool names_sender(ProviderKind kind);
// Whether mail that others sent comes through there on its way to its reader.
bool hands_on(ProviderKind kind);

struct Network {
  base::IpAddress address;
  unsigned length = 0;

  [[nodiscard]] std::string text() const;  // 192.0.2.0/24
};

enum class MarkKind : std::uint8_t {
  mx,        // hosts that MX records name
  spf,       // domains that SPF records of customers include
  dkim,      // d= of signatures in the provider's own name, beside or instead of the customer's
  ptr,       // reverse names of the addresses that mail leaves from
  envelope,  // MAIL FROM domains in the provider's own name
  // From domains of the DMARC reports that it sends; none in which others have addresses, or they could report in its name.
  reports,
};
inline constexpr std::size_t kMarkKinds = static_cast<std::size_t>(MarkKind::reports) + 1;
std::string_view to_string(MarkKind kind);  // "mx", the key of the data

struct Provider {
  std::string id;
  std::string name;
  ProviderKind kind = ProviderKind::mailbox;
  std::vector<std::string> marks[kMarkKinds];  // domains, lower case; names below them count too
  std::vector<std::string> selectors;          // of customers' keys; a * stands for any characters
  std::vector<Network> networks;               // that the provider itself publishes as its senders'
  std::string source;                          // where the marks are from: a URL
  std::string enable;                          // how to get signatures in one's own name; may be empty
  std::string help;                            // a URL; may be empty

  [[nodiscard]] bool has_selector(std::string_view selector) const;
};

class Registry {
 public:
  // What a name or an address met. Both live as long as the registry.
  struct Match {
    const Provider* provider = nullptr;  // null: nobody's
    std::string_view mark;

    explicit operator bool() const { return provider != nullptr; }
  };

  // Adds the entries of a TOML text. One whose id is there already takes the other's place, and one whose mark another has
  // already takes the mark over: a user's file is read after the built-in one. Errors are of kind config, with
  // `file:line:column`; nothing has changed then. What is not known, and a mark twice in one text, is refused.
  base::Result<> add(std::string_view text, const std::string& file);

  // By the longest mark that is `name` or above it. `name` is lower case, with or without a final dot; anything may stand in it.
  [[nodiscard]] Match find(MarkKind kind, std::string_view name) const;
  // By the smallest network that holds the address.
  [[nodiscard]] std::optional<std::pair<const Provider*, Network>> find(const base::IpAddress& address) const;
  [[nodiscard]] const Provider* by_id(std::string_view id) const;  // null: none
  [[nodiscard]] std::span<const Provider> providers() const { return providers_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  using ByName = boost::unordered_flat_map<std::string, std::uint32_t, Hash, std::equal_to<>>;

  void index();

  std::vector<Provider> providers_;
  std::vector<std::uint32_t> order_;  // of providers_ as they were read, a replacement last
  ByName by_mark_[kMarkKinds];
  ByName by_id_;
  struct Placed {
    Network network;
    std::uint32_t provider = 0;
    std::size_t rank = 0;  // of reading
  };
  std::vector<Placed> networks_;  // the longest prefix first, of equal ones the one that was read last
};

// providers/*.toml, as they were when the program was built. Read at the first call; safe from any thread.
const Registry& built_in_registry();

}  // namespace rampart::mail
