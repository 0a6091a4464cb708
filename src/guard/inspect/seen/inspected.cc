#include "guard/inspect/seen/inspected.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "guard/inspect/seen/fields.h"
#include "guard/inspect/seen/wire.h"

namespace rampart::guard {
namespace {

// By LinkSource and Extent.
constexpr std::array<std::string_view, kLinkSources> kSourceNames = {"text", "html", "calendar",
                                                                     "pdf",  "qr",   "file"};
constexpr std::array<std::string_view, kExtents> kExtentNames = {"all", "part", "nothing", "late", "killed"};

constexpr std::string_view kBegin = "rampart-inspected-1\n";
constexpr std::string_view kEnd = "\nend\n";

}  // namespace

std::string_view to_string(LinkSource source) { return kSourceNames[static_cast<std::size_t>(source)]; }
std::string_view to_string(Extent extent) { return kExtentNames[static_cast<std::size_t>(extent)]; }

Inspected not_inspected(std::string why, Extent extent) {
  Inspected out;
  out.extent = extent;
  out.fault = std::move(why);
  return out;
}

bool is_sha256(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  return text.size() == kDigits &&
         std::ranges::all_of(text, [](char c) { return base::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

std::string write_inspected(const Inspected& inspected) {
  WireWriter to;
  to.raw(kBegin);
  // Nothing is changed by a writer.
  fields(to, const_cast<Inspected&>(inspected));
  to.raw(kEnd);
  return to.take();
}

Inspected read_inspected(std::string_view bytes) {
  if (!bytes.starts_with(kBegin) || !bytes.ends_with(kEnd) || bytes.size() < kBegin.size() + kEnd.size())
    return not_inspected("what its process said is not whole");
  bytes = bytes.substr(kBegin.size(), bytes.size() - kBegin.size() - kEnd.size());
  WireReader from(bytes);
  Inspected out;
  fields(from, out);
  if (!from.is_done()) return not_inspected("what its process said is not understood");
  if (out.extent != Extent::all && out.extent != Extent::part)
    return not_inspected("what its process said is not understood");
  if (!std::ranges::all_of(out.hashes, is_sha256))
    return not_inspected("what its process said is not understood");
  if (out.extent == Extent::all) out.fault.clear();
  if (out.extent == Extent::part && out.fault.empty()) out.fault = "it was not looked at as a whole";
  return out;
}

}  // namespace rampart::guard
