// Any bytes as a report: it is read or refused, within the limits, and says the same in windows of any size.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "reports/aggregate/reader.h"

using namespace rampart;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view xml(reinterpret_cast<const char*>(data), size);
  constexpr base::Time kNow{std::chrono::seconds(1'795'000'000)};
  reports::Texts texts;
  const auto whole = reports::read_aggregate(xml, "a!b!1764028800!1764115199.xml", kNow, texts);
  if (size < 4096) {
    reports::AggregateReader reader(texts);
    std::size_t done = 0;
    for (std::size_t end = 5; end < size; end += 5) done += reader.read(xml.substr(done, end - done), false);
    reader.read(xml.substr(done), true);
    const auto pieces = reader.finish("a!b!1764028800!1764115199.xml", kNow);
    check(pieces.has_value() == whole.has_value());
    if (whole) check(pieces->rows.size() == whole->rows.size() && pieces->messages() == whole->messages());
  }
  if (!whole) return 0;
  check(base::is_utf8(whole->organisation) && base::is_utf8(whole->policy.domain) &&
        base::is_utf8(whole->name_space));
  for (const auto& row : whole->rows) {
    const auto outcome = reports::parse_outcome(texts[row.outcome]);
    check(outcome.has_value() && row.count <= std::uint64_t{1} << 53U);
    check(base::is_utf8(texts[row.outcome]) && texts[row.outcome].find('\0') == std::string_view::npos);
    std::string again;
    reports::append_outcome(*outcome, again);
    check(again == texts[row.outcome]);
  }
  return 0;
}
