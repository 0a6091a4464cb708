// The catalogue: every finding that an audit can report, in one table (catalogue/*.h). It names each
// finding's weakness, severity, words and references once; docs/findings.md is generated from it.
//
//   make_finding("spf-missing", {domain.text()})       a Finding, present, as the catalogue has it
//   make_finding("spf-mising", …)                       does not compile
#pragma once

#include <array>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "audit/catalogue/dkim.h"
#include "audit/catalogue/dmarc.h"
#include "audit/catalogue/entry.h"
#include "audit/catalogue/own_mail.h"
#include "audit/catalogue/spf.h"
#include "audit/catalogue/transport.h"
#include "audit/report.h"

namespace rampart::audit {

inline constexpr std::array<std::span<const CatalogueEntry>, 5> kCatalogue = {
    std::span<const CatalogueEntry>(kSpfFindings), std::span<const CatalogueEntry>(kDkimFindings),
    std::span<const CatalogueEntry>(kDmarcFindings), std::span<const CatalogueEntry>(kTransportFindings),
    std::span<const CatalogueEntry>(kOwnMailFindings)};

// A code that is in the catalogue: any other does not compile.
class Code {
 public:
  // Implicit, so that a call reads make_finding("spf-ptr", …).
  consteval Code(const char* code) : entry_(nullptr) {  // NOLINT(google-explicit-constructor)
    for (const auto part : kCatalogue) {
      for (const auto& entry : part) {
        if (entry.code == code) entry_ = &entry;
      }
    }
    if (entry_ == nullptr) throw "no such finding in the catalogue";
  }
  [[nodiscard]] const CatalogueEntry& entry() const { return *entry_; }

 private:
  const CatalogueEntry* entry_;
};

// A finding with the catalogue's words, {0}, {1} … of title and advice filled from `arguments` (the
// catalogue's title shows what each is). Arguments may hold a stranger's text: outputs escape it.
Finding make_finding(Code code, std::initializer_list<std::string_view> arguments);
// The same with status unknown, in the catalogue's words for that where it has some: effective is info, as
// nothing is proven, and `why` becomes its evidence.
Finding make_unknown(Code code, std::initializer_list<std::string_view> arguments, Evidence evidence);

const CatalogueEntry* find_entry(std::string_view code);  // null when there is none
std::string nearest_code(std::string_view code);          // the one that was meant; empty when none is near
std::vector<std::string> references(const CatalogueEntry& entry);
std::string fill(std::string_view text, std::span<const std::string_view> arguments);

// docs/findings.md, whole.
std::string catalogue_page();

}  // namespace rampart::audit
