// Whether a resolver can be believed: examined once, before a live run.
//
// Each resolver is asked, for two names nobody has registered (sixteen random letters under the audited
// domain's public suffix, and under `com`), for A and for TXT; for the root's NS; and for the audited
// domain's SOA. What follows:
//
//   what it does                               what is not believed from it any more (Distrust, server.h)
//   A records for an invented name             A and AAAA records ("rewrites NXDOMAIN")
//   NODATA for an invented name                NODATA of every type: the name may not exist at all
//   TXT records for an invented name           all records
//   A is NXDOMAIN, TXT is anything else        NODATA ("strips TXT")
//   AA in its reply about the audited domain   everything within that domain ("a private view")
//
// NXDOMAIN is always believed, and so are records of a type that it does not invent. What is not believed is
// asked of the other resolvers, and is unknown(resolver) when there is none.
//
// Nothing is concluded from a resolver that answers for a root of its own (NS records at the root, and no
// root-servers.net among them): invented names say nothing there. Nor with `authoritative`, where it only finds
// the zones' servers. A resolver that fails to tell the root is examined all the same. AA from a server that
// offers no recursion (no RA) is no private view: it is a zone's own server, asked on purpose. The notes say so.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "net/live_provider.h"

namespace rampart::net {

struct ResolverNotes {
  Endpoint resolver;
  bool reachable = false;  // it answered something
  bool edns = false;
  bool ad = false;  // it validates: the root's NS came with AD
  bool private_root = false;
  bool rewrites_nxdomain = false;
  bool strips_txt = false;
  bool private_view = false;
  Distrust distrust;
  std::vector<std::string> messages;  // for people, with the fix; empty when all is well
};

// What one question of the examination brought: raw packets, empty without a reply.
struct ExamReplies {
  struct Invented {
    std::string a;
    std::string txt;
  };
  std::vector<Invented> invented;
  std::string root_ns;
  std::string domain_soa;
};

// Pure: what these replies mean.
ResolverNotes judge_resolver(const Endpoint& resolver, const ExamReplies& replies, const dns::Name& domain,
                             bool authoritative);

struct ExamOptions {
  dns::Name domain;         // an audited domain
  dns::Name public_suffix;  // of that domain
  bool authoritative = false;
  std::chrono::milliseconds try_for{1000};  // three tries a question
};

// Asks all resolvers of the provider at once; `done` runs once from the io_context, after what is not to be
// believed has been told to the provider (distrust()). `provider` must live until then.
void examine_resolvers(boost::asio::io_context& io, LiveProvider& provider, const ExamOptions& options,
                       std::function<void(std::vector<ResolverNotes>)> done);

}  // namespace rampart::net
