#include "server/reports/source_naming.h"

#include "audit/ask_lane.h"
#include "base/file.h"
#include "base/text.h"
#include "dns/domain.h"
#include "reports/advise/reporters.h"
#include "server/setup/fact_source.h"

namespace rampart::server {
namespace {

using base::Result;

constexpr std::chrono::seconds kLookUpTime{120};  // for all addresses together; ours
constexpr std::size_t kQuestionsForSpf = 500;     // beside those of each address; ours

}  // namespace

Result<mail::Registry> read_registry(const base::Config& config) {
  auto out = mail::built_in_registry();
  for (const auto& file : config.list("reports.providers"))
    TRY(out.add(TRY(base::read_file(file, mail::kMaxRegistryBytes)), file));
  return out;
}

Result<std::vector<std::string>> listed_reporters(const base::Config& config) {
  std::vector<std::string> out;
  for (const auto& name : config.list("reports.reporters"))
    out.push_back(base::lower(TRY(dns::parse_domain(name)).text()));
  return out;
}

Result<reports::HeedReporter> reporters_that_count(const base::Config& config) {
  return [listed = TRY(listed_reporters(config)),
          registry = TRY(read_registry(config))](const reports::StoredReporter& reporter) {
    return reports::advice::counts(reports::advice::ground_of(reporter, listed, registry));
  };
}

Result<std::vector<dns::Name>> own_domains(const base::Config& config) {
  std::vector<dns::Name> out;
  for (const auto& text : config.list("reports.own_domains")) out.push_back(TRY(dns::parse_domain(text)));
  return out;
}

Result<> look_up_sources(reports::Inventory& inventory, FactSource& source, std::size_t most) {
  const auto asked = std::make_shared<const std::vector<reports::AddressToLookUp>>(
      inventory.to_look_up(most));  // shared with answers that come late
  if (asked->empty()) return {};
  const facts::DriveOptions options{
      .max_questions = asked->size() * reports::kQuestionsPerAddress + kQuestionsForSpf,
      .time_limit = kLookUpTime};
  auto found = audit::ask_lane<std::vector<reports::AddressFacts>>(
      source.lanes().front(), options, inventory.domain().text(),
      [asked, domain = inventory.domain(), now = source.now()](facts::Facts& facts) {
        return reports::look_up_addresses(domain, *asked, now, facts);
      });
  if (source.stopped()) return base::fail(base::ErrorKind::unavailable, "interrupted");
  if (!found) return std::unexpected(found.error());
  inventory.learn(*asked, found->decision);
  return {};
}

}  // namespace rampart::server
