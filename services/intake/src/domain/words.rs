//! The closed lists a form offers. Numbers are the contract's, codes are the database's, words are for people.

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($number:literal $variant:ident $code:literal $word:literal)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $(#[doc = $word] $variant),*
        }

        impl $name {
            /// All of them, in the order of the form.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its number in the contract.
            #[must_use]
            pub fn number(self) -> i32 {
                match self { $(Self::$variant => $number),* }
            }

            /// Its name in the database.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// Its official name.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The one with this number; none for a number the list does not have.
            #[must_use]
            pub fn from_number(number: i32) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.number() == number)
            }

            /// The one with this name in the database.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.code() == code)
            }
        }
    };
}

words! {
    /// How a complaint reached us (投诉渠道, guideline art. 3).
    Channel {
        1 Letter "letter" "书信"
        2 Email "email" "电子邮件"
        3 Fax "fax" "传真"
        4 Phone "phone" "电话"
        5 Visit "visit" "走访"
        6 SuggestionBook "suggestion_book" "意见簿"
        7 SuggestionBox "suggestion_box" "意见箱"
        8 Wechat "wechat" "微信"
        9 Online "online" "在线"
        10 SuperiorTransfer "superior_transfer" "上级转办"
        11 RegulatorTransfer "regulator_transfer" "监管转办"
        12 ThirdParty "third_party" "第三方"
    }
}

words! {
    /// What kind of matter it is (令2020年第3号 art. 2).
    Nature {
        1 ConsumerComplaint "consumer_complaint" "消费投诉"
        2 Suggestion "suggestion" "意见建议"
        3 Inquiry "inquiry" "咨询"
        4 Report "report" "举报"
        5 Petition "petition" "信访"
    }
}

words! {
    /// In which capacity somebody complains (令2020年第3号 art. 14).
    Capacity {
        1 Oneself "self" "本人"
        2 StatutoryAgent "statutory_agent" "法定代理人"
        3 AuthorisedAgent "authorised_agent" "受托人"
        4 Heir "heir" "继承人"
    }
}

words! {
    /// A kind of identity document.
    IdType {
        1 Resident "resident" "居民身份证"
        2 Passport "passport" "护照"
        3 TravelPermit "travel_permit" "来往内地通行证"
        4 Organisation "organisation" "统一社会信用代码"
        5 Other "other" "其他证件"
    }
}

words! {
    /// What a file is good for.
    EvidenceKind {
        1 General "general" "证据材料"
        2 Authorisation "authorisation" "授权委托书"
        3 Succession "succession" "继承证明"
        4 Recording "recording" "录音录像"
        5 Original "original" "原始件"
    }
}
