// Any text as any of the records: parsers are total, what they say is printable, and what they write they
// read back the same.
#include <cstdint>
#include <cstdlib>

#include "auth/bimi/record.h"
#include "auth/dkim/from_mail.h"
#include "auth/dkim/key_record.h"
#include "auth/dmarc/record.h"
#include "auth/mta_sts/record.h"
#include "auth/tls_rpt/record.h"
#include "base/text.h"

namespace {

using namespace rampart;

void require(bool promise) {
  if (!promise) std::abort();
}

void check(const std::vector<auth::Fault>& faults, std::string_view text) {
  require(faults.size() <= auth::kMaxFaults);
  for (const auto& fault : faults) {
    require(base::printable(fault.text) == fault.text && !fault.section.empty());
    require(fault.position <= text.size());
  }
}

void dmarc_record(std::string_view text) {
  const auto record = dmarc::parse(text);
  check(record.faults, text);
  if (!dmarc::is_record(text)) return;
  const auto written = dmarc::format(record);
  const auto again = dmarc::parse(written);
  require(dmarc::is_record(written) && dmarc::format(again) == written);
  require(again.p.value == record.p.value && again.sp.value == record.sp.value &&
          again.np.value == record.np.value);
  require(again.psd == record.psd && again.test == record.test && again.adkim == record.adkim);
  // Without a valid policy the record never does more than p=none.
  require(record.p.value || dmarc::usable(record) != dmarc::Use::as_published);
}

void dkim_key(std::string_view text) {
  const auto key = dkim::parse(text);
  check(key.faults, text);
  require(!key.usable() || (key.bits > 0 && !key.revoked && key.fingerprint.size() == 64));
  if (key.usable()) require(dkim::is_key_record(text));
}

void small_records(std::string_view text) {
  const auto sts = mta_sts::parse(text);
  check(sts.faults, text);
  if (sts.valid()) require(mta_sts::parse(mta_sts::format(sts)).id == sts.id);
  const auto policy = mta_sts::parse_policy(text);
  check(policy.faults, text);
  if (policy.valid()) {
    const auto again = mta_sts::parse_policy(mta_sts::format(policy));
    require(again.valid() && again.mode == policy.mode && again.mx == policy.mx &&
            again.max_age == policy.max_age);
  }
  const auto reports = tls_rpt::parse(text);
  check(reports.faults, text);
  if (reports.valid()) require(tls_rpt::parse(tls_rpt::format(reports)).valid());
  const auto bimi = bimi::parse(text);
  check(bimi.faults, text);
  if (bimi.valid()) require(bimi::parse(bimi::format(bimi)).location == bimi.location);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  dmarc_record(text);
  dkim_key(text);
  small_records(text);
  const auto names = dkim::from_mail(text);
  if (names) require(names->size() <= dkim::kMaxSignatures);
  return 0;
}
