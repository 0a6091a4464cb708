#include "net/https_probe.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/text.h"

namespace rampart::net {
namespace {

using facts::Presence;
using facts::Why;

using WorkGuard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

bool is_plain_path(std::string_view path) {
  return path.starts_with('/') && path.size() <= 1024 &&
         std::ranges::all_of(path, [](char c) { return c > ' ' && c <= '~' && c != '#'; });
}

void start_curl() {
  static const CURLcode status = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (status != CURLE_OK) std::abort();
}

// One fetch: lives in the io_context's thread until it is handed to the worker's, and comes back when done.
struct Fetch {
  Fetch(WorkGuard guard, HttpsProber::Done callback) : work(std::move(guard)), done(std::move(callback)) {}
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;
  ~Fetch() { close(); }
  void close() {
    if (easy != nullptr) curl_easy_cleanup(easy);
    if (share != nullptr) curl_share_cleanup(share);
    curl_slist_free_all(pins);
    easy = nullptr;
    share = nullptr;
    pins = nullptr;
  }

  WorkGuard work;  // io.run() must not return before the answer is there
  HttpsProber::Done done;
  std::vector<base::IpAddress> addresses;
  std::uint16_t port = 0;
  facts::HttpAnswer answer;
  CURL* easy = nullptr;
  CURLSH* share = nullptr;  // a DNS cache of its own, so that pins do not outlive the fetch
  curl_slist* pins = nullptr;
  bool too_large = false;
  bool forbidden = false;
  char error[CURL_ERROR_SIZE] = {};
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& fetch = *static_cast<Fetch*>(user);
  if (fetch.answer.body.size() + size > kMaxHttpBody) {
    fetch.too_large = true;
    return 0;
  }
  fetch.answer.body.append(data, size);
  return size;
}

// The last look before a connection: the address must be one of those that were checked.
curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* to) {
  auto& fetch = *static_cast<Fetch*>(user);
  base::IpAddress address;
  std::uint16_t port = 0;
  if (to->family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(&to->addr);
    address = base::IpAddress::v4(ntohl(in->sin_addr.s_addr));
    port = ntohs(in->sin_port);
  } else if (to->family == AF_INET6) {
    const auto* in = reinterpret_cast<const sockaddr_in6*>(&to->addr);
    address = base::IpAddress::v6(std::span<const std::uint8_t, 16>(in->sin6_addr.s6_addr));
    port = ntohs(in->sin6_port);
  }
  if (port != fetch.port || std::ranges::find(fetch.addresses, address) == fetch.addresses.end()) {
    fetch.forbidden = true;
    return CURL_SOCKET_BAD;
  }
  return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

void prepare(Fetch& fetch, const HttpsOptions& options) {
  const std::string host = fetch.answer.question.host.text();
  std::string pin = fmt::format("{}:{}:", host, options.port);
  for (const auto& address : fetch.addresses) {
    if (!pin.ends_with(':')) pin += ',';
    pin += address.is_v4() ? address.text() : "[" + address.text() + "]";
  }
  fetch.pins = curl_slist_append(nullptr, pin.c_str());
  fetch.share = curl_share_init();
  curl_share_setopt(fetch.share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
  fetch.easy = curl_easy_init();
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(fetch.easy, option, value); };
  const std::string port = options.port == 443 ? "" : fmt::format(":{}", options.port);
  set(CURLOPT_URL, fmt::format("https://{}{}{}", host, port, fetch.answer.question.path).c_str());
  set(CURLOPT_PROTOCOLS_STR, "https");
  set(CURLOPT_RESOLVE, fetch.pins);
  set(CURLOPT_SHARE, fetch.share);
  set(CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
  set(CURLOPT_OPENSOCKETDATA, &fetch);
  set(CURLOPT_PROXY, "");  // the environment's proxies, too, are out
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTP09_ALLOWED, 0L);
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FRESH_CONNECT, 1L);
  set(CURLOPT_FORBID_REUSE, 1L);
  set(CURLOPT_USERAGENT, "rampart/" RAMPART_VERSION);
  set(CURLOPT_ERRORBUFFER, fetch.error);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, &fetch);
  set(CURLOPT_PRIVATE, &fetch);
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
}

bool is_tls_fault(CURLcode code) {
  switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CACERT_BADFILE:
      return true;
    default:
      return false;
  }
}

// What came of it, read off before the handle goes.
void conclude(Fetch& fetch, CURLcode code) {
  facts::HttpAnswer& answer = fetch.answer;
  const char* text = nullptr;
  long number = 0;
  if (curl_easy_getinfo(fetch.easy, CURLINFO_PRIMARY_IP, &text) == CURLE_OK && text != nullptr &&
      *text != 0) {
    if (const auto address = base::IpAddress::parse(text)) {
      answer.server = base::Endpoint{*address, fetch.port}.text();
    }
  }
  if (code == CURLE_OK) {
    answer.presence = Presence::present;
    curl_easy_getinfo(fetch.easy, CURLINFO_RESPONSE_CODE, &number);
    answer.status = static_cast<int>(number);
    if (curl_easy_getinfo(fetch.easy, CURLINFO_CONTENT_TYPE, &text) == CURLE_OK && text != nullptr) {
      answer.content_type = base::excerpt(text, 200);
    }
    return;
  }
  answer.body.clear();
  answer.tls_failed = is_tls_fault(code);
  answer.why = Why::network;
  answer.detail = base::excerpt(fetch.error[0] != 0 ? fetch.error : curl_easy_strerror(code), 300);
  if (fetch.too_large) {
    answer.why = Why::malformed;
    answer.detail = fmt::format("the response is larger than {} octets", kMaxHttpBody);
  } else if (fetch.forbidden) {
    answer.why = Why::forbidden;
    answer.detail = "the connection would have gone to an address that was not checked";
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    answer.why = Why::timeout;
  }
}

}  // namespace

class HttpsProber::Worker {
 public:
  Worker(boost::asio::io_context& io, const HttpsOptions& options) : io_(io), options_(options) {
    start_curl();
    multi_ = curl_multi_init();
    thread_ = std::jthread([this] { run(); });
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    stop_ = true;
    curl_multi_wakeup(multi_);
    thread_.join();
    for (auto& [easy, fetch] : running_) curl_multi_remove_handle(multi_, easy);
    running_.clear();
    curl_multi_cleanup(multi_);
  }

  void fetch(const facts::HttpsGet& question, const std::vector<base::IpAddress>& addresses, Done done) {
    auto fetch = std::make_unique<Fetch>(WorkGuard(io_.get_executor()), std::move(done));
    fetch->answer.question = question;
    fetch->answer.seen = base::now();
    fetch->addresses = addresses;
    fetch->port = options_.port;
    if (!is_plain_path(question.path)) {
      fetch->answer.why = Why::forbidden;
      fetch->answer.detail = "the path is no path of a URL";
      return hand_back(std::move(fetch));
    }
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(fetch));
    }
    curl_multi_wakeup(multi_);
  }

 private:
  void run() {
    while (!stop_) {
      take_waiting();
      int running = 0;
      curl_multi_perform(multi_, &running);
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg == CURLMSG_DONE) finish(message->easy_handle, message->data.result);
      }
      curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
  }

  void take_waiting() {
    const std::lock_guard lock(mutex_);
    while (!waiting_.empty() && running_.size() < options_.at_once) {
      auto fetch = std::move(waiting_.front());
      waiting_.pop_front();
      prepare(*fetch, options_);
      CURL* easy = fetch->easy;
      curl_multi_add_handle(multi_, easy);
      running_[easy] = std::move(fetch);
    }
  }

  void finish(CURL* easy, CURLcode code) {
    auto node = running_.extract(easy);
    curl_multi_remove_handle(multi_, easy);
    conclude(*node.mapped(), code);
    node.mapped()->close();
    hand_back(std::move(node.mapped()));
    curl_multi_wakeup(multi_);  // there may be one waiting for the place
  }

  void hand_back(std::unique_ptr<Fetch> fetch) {
    boost::asio::post(io_, [fetch = std::move(fetch)]() mutable {
      fetch->done(std::make_shared<facts::HttpAnswer>(std::move(fetch->answer)));
    });
  }

  boost::asio::io_context& io_;
  HttpsOptions options_;
  CURLM* multi_ = nullptr;
  std::atomic<bool> stop_{false};
  std::map<CURL*, std::unique_ptr<Fetch>> running_;  // the worker's thread only
  std::mutex mutex_;
  std::deque<std::unique_ptr<Fetch>> waiting_;  // under mutex_
  std::jthread thread_;
};

HttpsProber::HttpsProber(boost::asio::io_context& io, const HttpsOptions& options)
    : worker_(std::make_unique<Worker>(io, options)) {}

HttpsProber::~HttpsProber() = default;

void HttpsProber::fetch(const facts::HttpsGet& question, const std::vector<base::IpAddress>& addresses,
                        Done done) {
  worker_->fetch(question, addresses, std::move(done));
}

}  // namespace rampart::net
