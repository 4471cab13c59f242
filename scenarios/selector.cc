#include "scenarios/selector.h"

#include <algorithm>
#include <limits>

#include "scenarios/lexer.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

constexpr std::string_view kForms =
    "selectors are: broker N, controller N, leader of T/P, followers of T/P, isr of T/P, replicas of T/P, active "
    "controller, coordinator of group G, client NAME, random broker, random controller, random follower of T/P, random "
    "replica of T/P, all brokers, all controllers, all clients, all, rack R, brokers in rack R, controllers in rack R, "
    "clients in rack R, random broker in rack R, random rack";

bool ParseIndex(std::string_view text, int32_t* number) {
  const std::optional<int64_t> value = ParseInteger(text);
  if (!value || *value < 0 || *value > std::numeric_limits<int32_t>::max()) return false;
  *number = static_cast<int32_t>(*value);
  return true;
}

// Takes the words of one selector from left to right.
class SelectorParser {
 public:
  SelectorParser(std::string_view text, SelectorError* error) : text_(text), words_(SplitWords(text)), error_(error) {}

  bool Parse(Selector::Target* target) {
    if (words_.empty()) return Fail("selector is empty", std::string(kForms));
    const std::string_view first = Next();
    if (first == "broker" || first == "controller") return ParseNode(first, target) && AtEnd();
    if (first == "leader") return ParseReplica(ReplicaSelector::Role::kLeader, target) && AtEnd();
    if (first == "followers") return ParseReplica(ReplicaSelector::Role::kFollowers, target) && AtEnd();
    if (first == "isr") return ParseReplica(ReplicaSelector::Role::kIsr, target) && AtEnd();
    if (first == "active") return Expect("controller") && Set(target, ActiveControllerSelector{}) && AtEnd();
    if (first == "replicas") return ParseReplica(ReplicaSelector::Role::kReplicas, target) && AtEnd();
    if (first == "random") return ParseRandom(target) && AtEnd();
    if (first == "coordinator") return ParseCoordinator(target) && AtEnd();
    if (first == "client") return ParseClient(target) && AtEnd();
    if (first == "rack") return ParseRack(RackSelector::What::kAll, target) && AtEnd();
    if (first == "brokers") return ParseInRack(RackSelector::What::kBrokers, target) && AtEnd();
    if (first == "controllers") return ParseInRack(RackSelector::What::kControllers, target) && AtEnd();
    if (first == "clients") return ParseInRack(RackSelector::What::kClients, target) && AtEnd();
    if (first == "all") {
      if (next_ == words_.size()) return Set(target, AllNodesSelector{});
      if (Take("controllers")) return Set(target, AllControllersSelector{}) && AtEnd();
      if (Take("clients")) return Set(target, AllClientsSelector{}) && AtEnd();
      return Expect("brokers") && Set(target, AllBrokersSelector{}) && AtEnd();
    }
    --next_;
    const auto nearest = NearestWord(first, {"broker", "controller", "leader", "followers", "isr", "replicas", "active",
                                             "coordinator", "client", "random", "all", "rack"});
    return Fail(Cat({"'", Printable(text_), "' is not a selector"}),
                nearest ? Cat({"did you mean '", *nearest, "'?"}) : std::string(kForms));
  }

 private:
  std::string_view Next() { return words_[next_++].text; }

  bool Fail(std::string message, std::string help) {
    error_->offset = next_ < words_.size() ? words_[next_].offset : text_.size();
    error_->message = std::move(message);
    error_->help = std::move(help);
    return false;
  }

  template <typename T>
  static bool Set(Selector::Target* target, T value) {
    *target = std::move(value);
    return true;
  }

  bool Take(std::string_view word) {
    if (next_ == words_.size() || words_[next_].text != word) return false;
    ++next_;
    return true;
  }

  bool Expect(std::string_view word) {
    return Take(word) || Fail(Cat({"'", word, "' expected in selector"}), std::string(kForms));
  }

  bool ParseRandom(Selector::Target* target) {
    if (Take("controller")) return Set(target, RandomControllerSelector{});
    if (Take("rack")) return Set(target, RandomRackSelector{});
    const bool follower = Take("follower");
    if (follower || Take("replica")) {
      const auto role = follower ? ReplicaSelector::Role::kFollowers : ReplicaSelector::Role::kReplicas;
      if (!ParseReplica(role, target)) return false;
      std::get<ReplicaSelector>(*target).random = true;
      return true;
    }
    if (!Expect("broker")) return false;
    if (next_ < words_.size() && words_[next_].text == "in") {
      return ParseInRack(RackSelector::What::kRandomBroker, target);
    }
    return Set(target, RandomBrokerSelector{});
  }

  bool ParseInRack(RackSelector::What what, Selector::Target* target) {
    return Expect("in") && Expect("rack") && ParseRack(what, target);
  }

  bool ParseRack(RackSelector::What what, Selector::Target* target) {
    if (next_ == words_.size()) return Fail("rack name expected", "for example: rack az1");
    return Set(target, RackSelector{what, std::string(Next())});
  }

  bool AtEnd() {
    if (next_ == words_.size()) return true;
    return Fail(Cat({"nothing expected after '",
                     Printable(text_.substr(0, words_[next_ - 1].offset + words_[next_ - 1].text.size())), "'"}),
                "several targets are written as a list: [broker 1, broker 2]");
  }

  bool ParseNode(std::string_view kind, Selector::Target* target) {
    int32_t id = 0;
    if (next_ == words_.size() || !ParseIndex(words_[next_].text, &id)) {
      return Fail(Cat({"id expected after '", kind, "'"}),
                  kind == "broker" ? "for example: broker 1" : "for example: controller 3001");
    }
    ++next_;
    return kind == "broker" ? Set(target, BrokerSelector{id}) : Set(target, ControllerSelector{id});
  }

  bool ParseReplica(ReplicaSelector::Role role, Selector::Target* target) {
    if (!Expect("of")) return false;
    ReplicaSelector replica{.role = role, .topic = {}};
    const std::string_view word = next_ < words_.size() ? words_[next_].text : std::string_view();
    if (!ParsePartitionName(word, &replica.topic, &replica.partition)) {
      return Fail("partition expected, as topic/number", "for example: leader of orders/0");
    }
    ++next_;
    return Set(target, std::move(replica));
  }

  bool ParseCoordinator(Selector::Target* target) {
    if (!Expect("of") || !Expect("group")) return false;
    if (next_ == words_.size()) return Fail("group name expected", "for example: coordinator of group billing");
    return Set(target, CoordinatorSelector{std::string(Next())});
  }

  bool ParseClient(Selector::Target* target) {
    if (next_ == words_.size())
      return Fail("client name expected", "for example: client p1, or client p1-0 for its first member");
    return Set(target, ClientSelector{std::string(Next()), std::nullopt});
  }

  std::string_view text_;
  std::vector<Word> words_;
  size_t next_ = 0;
  SelectorError* error_;
};

std::string_view RoleName(const ReplicaSelector& s) {
  switch (s.role) {
    case ReplicaSelector::Role::kLeader:
      return "leader";
    case ReplicaSelector::Role::kFollowers:
      return s.random ? "random follower" : "followers";
    case ReplicaSelector::Role::kIsr:
      return "isr";
    case ReplicaSelector::Role::kReplicas:
      break;
  }
  return s.random ? "random replica" : "replicas";
}

std::string_view RackPrefix(RackSelector::What what) {
  switch (what) {
    case RackSelector::What::kAll:
      break;
    case RackSelector::What::kBrokers:
      return "brokers in ";
    case RackSelector::What::kControllers:
      return "controllers in ";
    case RackSelector::What::kClients:
      return "clients in ";
    case RackSelector::What::kRandomBroker:
      return "random broker in ";
  }
  return "";
}

struct Formatter {
  std::string operator()(const BrokerSelector& s) const { return Cat({"broker ", std::to_string(s.id)}); }
  std::string operator()(const ControllerSelector& s) const { return Cat({"controller ", std::to_string(s.id)}); }
  std::string operator()(const ReplicaSelector& s) const {
    return Cat({RoleName(s), " of ", s.topic, "/", std::to_string(s.partition)});
  }
  std::string operator()(const ActiveControllerSelector&) const { return "active controller"; }
  std::string operator()(const CoordinatorSelector& s) const { return Cat({"coordinator of group ", s.group}); }
  std::string operator()(const ClientSelector& s) const {
    return s.member ? Cat({"client ", s.name, "-", std::to_string(*s.member)}) : Cat({"client ", s.name});
  }
  std::string operator()(const RandomBrokerSelector&) const { return "random broker"; }
  std::string operator()(const RandomControllerSelector&) const { return "random controller"; }
  std::string operator()(const AllBrokersSelector&) const { return "all brokers"; }
  std::string operator()(const AllControllersSelector&) const { return "all controllers"; }
  std::string operator()(const AllClientsSelector&) const { return "all clients"; }
  std::string operator()(const AllNodesSelector&) const { return "all"; }
  std::string operator()(const RackSelector& s) const { return Cat({RackPrefix(s.what), "rack ", s.rack}); }
  std::string operator()(const RandomRackSelector&) const { return "random rack"; }
};

}  // namespace

bool ParsePartitionName(std::string_view text, std::string* topic, int32_t* partition) {
  const size_t slash = text.rfind('/');
  if (slash == std::string_view::npos || slash == 0 || !ParseIndex(text.substr(slash + 1), partition)) return false;
  *topic = std::string(text.substr(0, slash));
  return true;
}

bool ParseSelector(std::string_view text, Selector::Target* target, SelectorError* error) {
  return SelectorParser(text, error).Parse(target);
}

std::string FormatSelector(const Selector::Target& target) { return std::visit(Formatter{}, target); }

std::string FormatSelectors(const SelectorList& selectors) {
  std::vector<std::string> texts;
  for (const Selector& selector : selectors) texts.push_back(FormatSelector(selector.target));
  return Join(texts, ", ");
}

}  // namespace ktrial::scenarios
