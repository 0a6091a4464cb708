#include "auth/single_record.h"

#include <fmt/format.h>

namespace rampart::auth {

SingleRecord look_up_single(const dns::Name& domain, std::string_view labels,
                            bool (*is_record)(std::string_view), facts::Facts& facts) {
  SingleRecord result;
  const auto name = domain.prepend(labels);
  if (!name) return result;  // a name that cannot exist holds no record
  result.name = *name;
  const auto& answer = facts.ask(*name, dns::RrType::txt);
  if (answer.undetermined()) {
    result.state = SingleRecord::State::unknown;
    result.why = fmt::format("{}: {}", name->text(), facts::describe(answer.why()));
    return result;
  }
  for (const auto& record : answer.records()) {
    const auto text = answer.data(record);
    if (!is_record(text)) {
      if (result.other.empty()) result.other = text;
    } else if (result.state == SingleRecord::State::none) {
      result.state = SingleRecord::State::present;
      result.text = text;
    } else {
      result.state = SingleRecord::State::multiple;
    }
  }
  return result;
}

}  // namespace rampart::auth
