use prost::Message as _;

use super::*;

/// The table as it is shipped.
fn shipped() -> Table {
    let text = include_str!("../../../../../deploy/reference/taxonomy/guangdong.toml");
    let file = directory::reference::File {
        path: "taxonomy/guangdong.toml".to_owned(),
        text: text.to_owned(),
    };
    let read = directory::reference::read(&[file]).unwrap();
    // As it travels.
    let bytes = read.taxonomies[0].encode_to_vec();
    crate::store::taxonomy::table(&bytes).unwrap()
}

const NOTHING: Asked<'static> = Asked {
    business: "",
    cause: "",
    handled_via: "",
    nature: 1,
    person_complained: false,
};

fn decided(asked: Asked<'_>) -> (String, String) {
    let table = shipped();
    let row = table.decide(asked).unwrap();
    (row.code.clone(), row.lead.word().to_owned())
}

fn expect(asked: Asked<'_>, code: &str, lead: &str) {
    assert_eq!(decided(asked), (code.to_owned(), lead.to_owned()));
}

#[test]
fn c_each_kind_of_transaction_error_goes_to_the_error_handling_centre() {
    for error in [
        "unionpay",
        "nongxinyin",
        "counter",
        "cnaps",
        "fiscal",
        "internal",
    ] {
        let business = format!("B04.error.{error}");
        let asked = Asked {
            business: &business,
            ..NOTHING
        };
        expect(asked, &format!("C-{error}"), "error_handling");
    }
    let unsaid = Asked {
        business: "B04.error",
        ..NOTHING
    };
    expect(unsaid, "C-error", "error_handling");
}

#[test]
fn h_conduct_goes_to_the_unit_with_personnel_and_hours_to_the_unit() {
    for cause in [
        "C01",
        "C01.queue",
        "C01.attitude",
        "C01.skill",
        "C01.unequal",
    ] {
        expect(Asked { cause, ..NOTHING }, "D-conduct", "complained_unit");
    }
    let hours = Asked {
        cause: "C03.hours",
        ..NOTHING
    };
    expect(hours, "D-hours", "complained_unit");
    let rules = Asked {
        cause: "C03",
        ..NOTHING
    };
    expect(rules, "D-unit", "complained_unit");
}

#[test]
fn d_each_department_has_what_it_is_there_for() {
    for (business, cause, via, code, lead) in [
        ("B02", "", "", "D-credit", "credit"),
        ("B13", "", "", "D-credit", "credit"),
        ("B03.debit", "", "", "D-cards", "cards"),
        ("", "C02", "", "D-system", "technology"),
        ("B01", "", "A.front.self", "D-channel", "technology"),
        ("B01", "", "A.front.e.app", "D-channel", "technology"),
        ("B01", "C07", "A.front.site", "D-fees", "accounting"),
        ("B12", "", "", "D-information", "reception"),
        ("", "", "", "D-unit", "complained_unit"),
        ("X99", "", "", "D-unit", "complained_unit"),
    ] {
        let asked = Asked {
            business,
            cause,
            handled_via: via,
            ..NOTHING
        };
        expect(asked, code, lead);
    }
}

#[test]
fn t_m_a_teller_complained_of_is_his_unit_s_matter_and_a_customer_manager_that_of_credit() {
    let teller = Asked {
        business: "B01",
        person_complained: true,
        ..NOTHING
    };
    expect(teller, "T-teller", "complained_unit");
    let manager = Asked {
        business: "B02",
        person_complained: true,
        ..NOTHING
    };
    expect(manager, "M-manager", "credit");
    // What he got wrong is still an error of a transaction.
    let error = Asked {
        business: "B04.error.counter",
        person_complained: true,
        ..NOTHING
    };
    expect(error, "C-counter", "error_handling");
}

#[test]
fn c_a_code_is_known_on_its_own_axis_only() {
    let table = shipped();
    assert_eq!(table.name(FUNCTION, "credit"), Some("信贷管理"));
    assert!(table.name(BUSINESS, "B02").is_some() && table.name(CAUSE, "C02").is_some());
    for (axis, code) in [
        (CAUSE, "B02"),
        (BUSINESS, "C02"),
        (CAUSE, "C99"),
        (CAUSE, ""),
    ] {
        assert_eq!(table.name(axis, code), None, "{axis} {code}");
    }
}

#[test]
fn a_circle_in_a_damaged_file_ends() {
    let table = Table {
        above: [("a", "b"), ("b", "a")]
            .into_iter()
            .map(|(code, above)| ((BUSINESS, code.to_owned()), above.to_owned()))
            .collect(),
        rows: vec![Row {
            businesses: vec!["c".to_owned()],
            ..Row::default()
        }],
        ..Table::default()
    };
    let asked = Asked {
        business: "a",
        ..NOTHING
    };
    assert_eq!(table.decide(asked), None);
}
