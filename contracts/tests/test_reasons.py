"""Sources are cited in the reader's language."""

import pytest

from zhiye_contracts.reasons import read_source


@pytest.mark.parametrize(
    ("source", "chinese"),
    [
        ("Q29.4", "答疑手册问题29.4"),
        ("Q5, Q29", "答疑手册问题5；答疑手册问题29"),
        ("deck 5.1", "培训课件5.1"),
        ("deck step 9; Q59.9", "培训课件第9步；答疑手册问题59.9"),
        ("Nurses Regulation art. 7", "《护士条例》第7条"),
        ("Administrative Licensing Law art. 32", "《行政许可法》第32条"),
        ("Personal Information Protection Law art. 6", "《个人信息保护法》第6条"),
        ("Measures for the Accreditation of Hospitals", "《医院分级管理办法》"),
        ("deck ch. 4; Q33", "培训课件4；答疑手册问题33"),
        ("Law on Physicians (2021) arts. 13, 16; Q7", "《医师法》第13、16条；答疑手册问题7"),
        ("Measures on Physician Registration (2017)", "《医师执业注册管理办法》"),
        ("GB/T 2260", "GB/T 2260"),
    ],
)
def test_a_source_is_told_in_chinese(source, chinese):
    assert read_source(source, "zh") == chinese


def test_a_source_stays_as_it_is_in_english():
    assert read_source("Q29.4", "en") == "Q29.4"
