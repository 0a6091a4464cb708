// Gathers what parts link to into an Inspected: each link once a part, those that a person follows before those that merely load, and
// their keys for lists.
//
//   Links links(seen);
//   links.add(url, {.source = LinkSource::text, .part = "1"});
//   links.finish();
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "guard/inspect/seen/inspected.h"
#include "guard/inspect/url/unwrap.h"

namespace rampart::guard {

class Links {
 public:
  // `seen` outlives it.
  explicit Links(Inspected& seen) : seen_(seen) {}

  // Where a link stands, and what is shown for it.
  struct At {
    LinkSource source = LinkSource::text;
    html::LinkKind kind = html::LinkKind::anchor;
    std::string_view part;
    std::string_view inside;
    std::string_view text;
    std::string_view alt;
    bool is_hidden = false;
    bool is_in_attachment = false;
    double share = 0;
  };
  void add(const url::Url& url, const At& at);
  // For lists alone: what some client may take for a link, and what that carries.
  void add_keys(const url::Url& url);
  // Moves all into `seen`.
  void finish();

 private:
  void add_key(const url::Url& url);

  Inspected& seen_;
  std::vector<SeenLink> followed_;
  std::vector<SeenLink> loaded_;
  boost::unordered_flat_map<std::string, std::size_t> known_;  // in followed_ or loaded_
  boost::unordered_flat_set<std::string> keys_;
  std::size_t key_bytes_ = 0;
  boost::unordered_flat_set<std::string> unwrapped_;  // URLs whose keys are there
  std::size_t carried_left_ = url::kMaxCarriedBytes;
};

}  // namespace rampart::guard
