// The names below one domain that something has shown, and what showed them.
//
//   Revealed revealed(domain);
//   revealed.add(name("s1._domainkey.mail.bank.example"), Source::transfer);    mail.bank.example
//   revealed.add(name("*.shop.bank.example"), Source::list);                    shop.bank.example
//
// Kept are names that mail can be written from: what stands before a label with an underscore, or for a wildcard, is
// taken off. Their parents are names as well: whoever can be a.b.bank.example has a b.bank.example above it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dns/name.h"

namespace rampart::audit::subdomains {

// In the order in which they are printed.
enum class Source : std::uint8_t {
  given,     // the domain itself
  zone,      // a zone file
  transfer,  // a zone transfer
  list,      // a file of names
  ns,        // the target of an NS record
  mx,        // a mail server
  spf,       // a term of an SPF record
  dkim,      // where the name of a DKIM key leads
  dmarc,     // where DMARC reports go, or a DMARC record's name leads
  alias,     // where a CNAME leads
  words,     // a list of words
};
inline constexpr std::size_t kSources = 11;
std::string_view to_string(Source source);  // "transfer"

// The name that mail is written from: _tcp.bank.example is bank.example's.
dns::Name host_of(const dns::Name& name);

class Revealed {
 public:
  static constexpr std::size_t kMaxNames =
      100'000;  // ours: more than anyone can read, and hours of looking up

  explicit Revealed(const dns::Name& domain);

  enum class Added : std::uint8_t { fresh, known, outside, full };
  Added add(const dns::Name& name, Source source);

  // The names not given out yet, in the order in which they were added.
  std::vector<dns::Name> take_fresh();
  [[nodiscard]] const std::set<Source>& sources(const dns::Name& name) const;
  // Whether the zone itself shows the name, so that no wildcard needs to be feared.
  [[nodiscard]] bool is_proven(const dns::Name& name) const;
  [[nodiscard]] const dns::Name& domain() const { return domain_; }
  [[nodiscard]] std::size_t size() const { return sources_.size(); }
  [[nodiscard]] std::size_t outside() const { return outside_; }    // names that are not below the domain
  [[nodiscard]] std::size_t left_out() const { return left_out_; }  // beyond kMaxNames

 private:
  Added add_one(const dns::Name& name, Source source);

  dns::Name domain_;
  std::map<dns::Name, std::set<Source>> sources_;
  std::vector<dns::Name> fresh_;
  std::size_t outside_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace rampart::audit::subdomains
