// The exact text of each diagnostic that the actions of faults can draw.
#include <gtest/gtest.h>

#include <string>

#include "cluster/protocol/api_message.h"
#include "scenarios/test_scenario.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

std::string DiagnoseFault(const std::string& fault) { return Diagnose({}, "faults:\n  - " + fault + "\n"); }

TEST(FaultGolden, UnknownRequestNearOne) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, drop: { requests: [AlterPartitions] } }"),
            R"(t.yaml:15:35: error[KS013]: unknown request 'AlterPartitions'
    - { at: 10s, drop: { requests: [AlterPartitions] } }
                                    ^~~~~~~~~~~~~~~
help: did you mean 'AlterPartition'?
)");
}

TEST(FaultGolden, UnknownRequest) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, drop: { requests: Frobnicate } }"),
            Cat({R"(t.yaml:15:34: error[KS013]: unknown request 'Frobnicate'
    - { at: 10s, drop: { requests: Frobnicate } }
                                   ^~~~~~~~~~
help: known: )",
                 Join(cluster::ApiNames(), ", "), "\n"}));
}

TEST(FaultGolden, RequestsMissing) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, drop: { from: broker 1, to: broker 2 } }"),
            R"(t.yaml:15:22: error[KS035]: drop has no 'requests'
    - { at: 10s, drop: { from: broker 1, to: broker 2 } }
                       ^
help: which requests are meant, for example: requests: [Fetch]
)");
}

TEST(FaultGolden, NoRequests) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, hold: { requests: [] } }"),
            R"(t.yaml:15:34: error[KS008]: requests is an empty list
    - { at: 10s, hold: { requests: [] } }
                                   ^
)");
}

TEST(FaultGolden, AnswerThatIsNoBoolean) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, drop: { requests: [Fetch], answer: yes } }"),
            R"(t.yaml:15:51: error[KS008]: answer must be true or false, not 'yes'
    - { at: 10s, drop: { requests: [Fetch], answer: yes } }
                                                    ^~~
)");
}

TEST(FaultGolden, NthOutOfRange) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, drop: { requests: [Fetch], nth: 0 } }"),
            R"(t.yaml:15:48: error[KS009]: nth '0' is out of range
    - { at: 10s, drop: { requests: [Fetch], nth: 0 } }
                                                 ^
help: it takes 1 to 2147483647
)");
}

TEST(FaultGolden, WhoDiesHasHandledTheRequest) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, kill_on: { requests: [Fetch], answer: true } }"),
            R"(t.yaml:15:46: error[KS001]: unknown key 'answer' in kill_on
    - { at: 10s, kill_on: { requests: [Fetch], answer: true } }
                                               ^~~~~~
help: keys here are: requests, from, to, nth
)");
}

TEST(FaultGolden, DelayOfRequestsWithoutALength) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, delay: { requests: [Fetch], from: broker 1 } }"),
            R"(t.yaml:15:23: error[KS035]: delay has no 'by'
    - { at: 10s, delay: { requests: [Fetch], from: broker 1 } }
                        ^
help: how much longer, for example: by: 40s
)");
}

TEST(FaultGolden, PartyThatDoesNotExist) {
  EXPECT_EQ(DiagnoseFault("{ at: 10s, drop: { requests: [Fetch], from: broker 7 } }"),
            R"(t.yaml:15:49: error[KS013]: there is no broker 7
    - { at: 10s, drop: { requests: [Fetch], from: broker 7 } }
                                                  ^~~~~~~~
help: brokers are 1 to 3
)");
}

}  // namespace
}  // namespace ktrial::scenarios
