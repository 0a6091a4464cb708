// JSON checked against a schema: the part of JSON Schema 2020-12 that our description uses, and no more of it.
//
//   const Schemas schemas(document);                    // its components, for $ref
//   const auto faults = schemas.check(body, schema, "body");
//   faults[0].where                                     // "body.scope.organisations[1]"
//   faults[0].detail                                    // "a text is expected"
//
// Known: type, enum, const, required, properties, additionalProperties (true, false or a schema), items, minItems, maxItems, uniqueItems,
// minLength, maxLength (code points), pattern, format date-time, minimum, maximum, oneOf, anyOf, allOf, $ref. learn() refuses a schema that has
// any other word, so that none is silently without effect. `pattern` is compiled once, by the C++ library's ECMAScript: it has no look-behind, and texts
// longer than kMaxPatternText do not get to it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "server/api/problem.h"

namespace rampart::server::api {

inline constexpr std::size_t kMaxPatternText = 500;  // bytes; our own
inline constexpr std::size_t kMaxSchemaDepth = 64;   // of values in each other; our own

class Schemas {
 public:
  // `document` outlives it.
  explicit Schemas(const boost::json::value& document);
  ~Schemas();
  Schemas(const Schemas&) = delete;
  Schemas& operator=(const Schemas&) = delete;

  // Goes through a schema before it is used: its words, its references, its patterns. Errors are of kind internal.
  base::Result<> learn(const boost::json::value& schema);

  // What is wrong, the first kMaxFaults; empty: nothing is. Any thread, once everything is learnt.
  [[nodiscard]] std::vector<Fault> check(const boost::json::value& value, const boost::json::value& schema,
                                         std::string_view where) const;
  // A parameter, which is a text: as the type that its schema asks for.
  [[nodiscard]] std::vector<Fault> check_text(std::string_view text, const boost::json::value& schema,
                                              std::string_view where) const;
  // The schema that a reference leads to, or itself.
  [[nodiscard]] const boost::json::object& follow(const boost::json::value& schema) const;

 private:
  struct Pattern;
  struct Walk;
  const boost::json::value* document_;
  std::map<std::string, std::unique_ptr<Pattern>, std::less<>> patterns_;
};

}  // namespace rampart::server::api
