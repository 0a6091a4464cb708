#include "auth/dkim/from_mail.h"

#include <algorithm>
#include <optional>

#include "auth/tags.h"
#include "mail/header.h"

namespace rampart::dkim {
namespace {

std::optional<KeyName> read_signature(std::string_view value) {
  const auto text = mail::unfold(value);
  std::optional<dns::Name> domain;
  std::optional<dns::Name> selector;
  for (const auto& tag : auth::split_tags(text)) {
    if (tag.name == "d") domain = dns::Name::try_parse(tag.value);
    if (tag.name == "s") selector = dns::Name::try_parse(tag.value);
  }
  if (!domain || domain->is_root() || !selector || selector->is_root()) return std::nullopt;
  return KeyName{*domain, selector->text()};
}

}  // namespace

base::Result<std::vector<KeyName>> from_mail(std::string_view message) {
  const auto header = TRY(mail::read_header(message));
  std::vector<KeyName> names;
  std::size_t signatures = 0;
  for (const auto& field : header.fields) {
    if (!field.is("DKIM-Signature")) continue;
    if (++signatures > kMaxSignatures) break;
    auto name = read_signature(field.value);
    if (name && std::find(names.begin(), names.end(), *name) == names.end())
      names.push_back(std::move(*name));
  }
  return names;
}

}  // namespace rampart::dkim
