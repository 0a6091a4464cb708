#include "server/api/reply.h"

#include <boost/json/serialize.hpp>

namespace rampart::server::api {

Reply reply_json(std::string json, unsigned status) { return {.status = status, .body = std::move(json)}; }
Reply reply_json(const boost::json::value& value, unsigned status) {
  return reply_json(boost::json::serialize(value), status);
}
Reply reply_text(std::string text, std::string type) {
  return {.type = std::move(type), .body = std::move(text)};
}
Reply created(std::string location, std::string json) {
  auto out = reply_json(std::move(json), 201);
  out.fields.emplace_back("Location", std::move(location));
  return out;
}
Reply no_content() { return {.status = 204, .type = {}}; }
Reply accepted(const std::string& id, std::string json) {
  auto out = reply_json(std::move(json), 202);
  out.fields.emplace_back("Location", "/api/v1/jobs/" + id);
  return out;
}

}  // namespace rampart::server::api
