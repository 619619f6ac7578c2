import pytest
from tests.factories import catalog as make
from catalog.models import *
pytestmark=pytest.mark.django_db
def test_small(): 
    films=make.small_catalogue(20)
    assert Standing.objects.get(rank=1).movie==films[0]
    make.make_member_rating(films[3])
@pytest.mark.django_db(transaction=True)
def test_trans():
    films=make.small_catalogue(20)
    make.make_member_rating(films[3])
def test_again():
    make.small_catalogue(20); make.make_partner_key(); make.make_rating(); make.make_import(); make.make_rater("PARTNER")
def test_worker(worker):
    import time
    films=make.small_catalogue(20)
    make.make_member_rating(films[3])
    for i in range(100):
        if ChartEdition.objects.count()==2: break
        time.sleep(.1)
    print(worker.wrote())
    assert ChartEdition.objects.count()==2
