// What a handler answers when nothing is wrong.
//
//   return reply_json(out);                                   // 200
//   return created("/api/v1/domains/bank.example", out);      // 201 with Location
//   return no_content();
#pragma once

#include <expected>
#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "net/http/response.h"
#include "server/api/problem.h"

namespace rampart::server::api {

struct Reply {
  unsigned status = 200;
  std::string type = "application/json";  // empty: there is no body
  std::string body = {};
  net::http::Fields fields = {};
  std::vector<std::string> cookies = {};
  // Names the state that was answered, without quotes; empty: it is made of the body where the operation takes If-None-Match.
  std::string etag = {};
};
using Answer = std::expected<Reply, Problem>;

Reply reply_json(std::string json, unsigned status = 200);
Reply reply_json(const boost::json::value& value, unsigned status = 200);
Reply reply_text(std::string text, std::string type = "text/plain; charset=utf-8");
Reply created(std::string location, std::string json);
Reply no_content();
// 202 with the job's JSON (jobs.h) and where it is.
Reply accepted(const std::string& id, std::string json);

}  // namespace rampart::server::api
